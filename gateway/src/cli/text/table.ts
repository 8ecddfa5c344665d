/** Columns as wide as their widest cell, two blanks apart. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  }
  return rows.map((row) => `${rowText(row, widths)}\n`).join('');
}

function rowText(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - widthOf(cell)))
    .join('  ')
    .trimEnd();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is colours that are taken out.
const colours = /\u001b\[\d+m/g;

/** In characters; colours take no room. */
export function widthOf(text: string): number {
  return [...text.replaceAll(colours, '')].length;
}

/** Cut at the end to fit, where it is longer. */
export function fitted(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** In lines of at most this width, broken at blanks. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
