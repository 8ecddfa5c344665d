import { ApiError } from '@banyan/contracts';

/**
 * Reads a query string as names with one text each. A name that is given twice is refused: two servers may each take
 * another of its values.
 * @throws ApiError invalid_request
 */
export function readQuery(url: string): Readonly<Record<string, string>> {
  const start = url.indexOf('?');
  const values: Record<string, string> = Object.create(null);
  if (start === -1) return values;
  for (const pair of url.slice(start + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    if (name in values) throw fault(name, 'must be given once');
    values[name] = equals === -1 ? '' : decode(pair.slice(equals + 1));
  }
  return values;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw fault('', 'has a broken percent-escape');
  }
}

function fault(name: string, message: string): ApiError {
  const path = name === '' ? 'query' : `query.${name}`;
  return new ApiError('invalid_request', `The request is not valid: ${path} ${message}.`, {
    details: [{ path, message }],
  });
}
