import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';

/** Names repeat: those that were found valid are remembered, up to a bound, for an upstream may invent names. */
const validNames = new Set<string>();
const rememberedMax = 2_000;

/** What decides about a character is Node's own check, so that no answer is refused by one server and passed by the other. */
export function fieldLine(name: string, value: string): string {
  if (!validNames.has(name)) {
    validateHeaderName(name);
    if (validNames.size < rememberedMax) validNames.add(name);
  }
  validateHeaderValue(name, value);
  return `${name}: ${value}\r\n`;
}

/** Throws at a reason phrase, name or value that could break a head, or isn't fit for one. */
export function answerHeadStart(status: number, reason: string, headers: readonly string[]): string {
  if (status < 100 || status > 999) throw new RangeError('not a status');
  // Looked at as a value is: `a` is only a name that is one.
  validateHeaderValue('a', reason);
  let head = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) head += fieldLine(headers[i] ?? '', headers[i + 1] ?? '');
  return head;
}

export function informationHead(status: number, headers: readonly string[]): string {
  return `${answerHeadStart(status, STATUS_CODES[status] ?? 'unknown', headers)}\r\n`;
}
