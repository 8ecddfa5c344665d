/** HTML that may be sent as it is. */
export interface Html {
  readonly markup: string;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Builds HTML: everything that is filled in is escaped, for text and for quoted attributes alike, unless it is HTML
 * already.
 */
export function html(strings: TemplateStringsArray, ...values: readonly (Html | string | number)[]): Html {
  let markup = strings[0] ?? '';
  for (const [index, value] of values.entries()) {
    markup += typeof value === 'object' ? value.markup : escapeHtml(String(value));
    markup += strings[index + 1] ?? '';
  }
  return { markup };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');
}
