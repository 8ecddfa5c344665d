/** -1 unless the line has three digits where the status belongs, and a space or nothing after them. */
export function statusOf(line: string): number {
  if (line.charCodeAt(8) !== 0x20 || (line.length > 12 && line.charCodeAt(12) !== 0x20)) return -1;
  const digits = line.slice(9, 12);
  return /^\d{3}$/.test(digits) ? Number(digits) : -1;
}

/** Most names come in the case that is asked for or in the usual one. */
export function isNamed(name: string, lowerCase: string): boolean {
  return name === lowerCase || name.toLowerCase() === lowerCase;
}

/** Spaces and tabs alone are no part of a value; a Latin-1 no-break space is. */
export function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Whether the connection persists, as far as one `Connection` header says. */
export function persistence(value: string, otherwise: boolean): boolean {
  if (value === 'keep-alive') return true;
  const tokens = value.toLowerCase().split(/[\t ]*,[\t ]*/);
  return tokens.includes('close') ? false : otherwise || tokens.includes('keep-alive');
}

/** Of a `Keep-Alive` header, which says how long an idle connection is kept. */
export function timeoutHintMs(value: string): number | undefined {
  const seconds = /(?:^|[\s,;])timeout=(\d{1,6})/i.exec(value)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
