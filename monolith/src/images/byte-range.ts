export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/**
 * The one part that a `Range` asks for; undefined for the whole. Several parts at once, other units and what can't be
 * read get the whole, as RFC 9110 §14.2 allows. A part that ends past the end is cut, a suffix longer than everything
 * is everything (§14.1.2).
 * @param size of the whole, in bytes, more than 0
 */
export function parseByteRange(
  range: string | undefined,
  size: number,
): ByteRange | undefined | 'unsatisfiable' {
  const [, first = '', last = ''] = range?.match(/^\s*bytes\s*=\s*(\d*)-(\d*)\s*$/i) ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return Number(last) === 0 ? 'unsatisfiable' : cut(size - Number(last), size - 1, size);
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : cut(start, last === '' ? size - 1 : Number(last), size);
}

function cut(start: number, end: number, size: number): ByteRange {
  return { start: Math.max(0, start), end: Math.min(end, size - 1) };
}
