import { ApiError } from '../errors.ts';

/** The largest JSON body that is read, in bytes: several times what any route has a use for. */
export const maxJsonBytes = 256 * 1024;

/** Deeper than any body of this API; a bound, so that nothing that walks a body can run out of stack. */
const maxDepth = 32;

/**
 * Parses a JSON body as strictly as two servers must to read it alike: RFC 8259, no duplicate keys (§4 leaves them to
 * the reader), no `__proto__`, at most 32 levels deep.
 * @throws ApiError invalid_request
 */
export function parseJson(source: string): unknown {
  judgeStructure(source);
  try {
    return JSON.parse(source);
  } catch (cause) {
    throw new ApiError('invalid_request', 'The body is not valid JSON.', { cause });
  }
}

/** One pass over the text. It assumes nothing: what is not JSON at all is left for `JSON.parse` to refuse. */
function judgeStructure(source: string): void {
  // One entry for each open bracket: the keys so far of an object, null for an array.
  const open: (Set<string> | null)[] = [];
  let position = 0;
  while (position < source.length) {
    const character = source[position];
    if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : null);
      if (open.length > maxDepth) {
        throw new ApiError('invalid_request', `The body is nested more than ${maxDepth} levels deep.`);
      }
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === '"') {
      const end = endOfString(source, position);
      const keys = open.at(-1);
      if (keys && isKey(source, end)) judgeKey(source.slice(position, end), keys);
      position = end;
      continue;
    }
    position += 1;
  }
}

function endOfString(source: string, start: number): number {
  for (let position = start + 1; position < source.length; position += 1) {
    if (source[position] === '\\') position += 1;
    else if (source[position] === '"') return position + 1;
  }
  return source.length;
}

function isKey(source: string, end: number): boolean {
  let position = end;
  while (position < source.length && ' \t\r\n'.includes(source.charAt(position))) position += 1;
  return source[position] === ':';
}

function judgeKey(quoted: string, keys: Set<string>): void {
  const key = unquote(quoted);
  if (key === undefined) return;
  if (key === '__proto__') throw new ApiError('invalid_request', 'The body has a key "__proto__".');
  if (keys.has(key))
    throw new ApiError('invalid_request', `The body has the key ${JSON.stringify(key)} twice.`);
  keys.add(key);
}

function unquote(quoted: string): string | undefined {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return undefined;
  }
}
