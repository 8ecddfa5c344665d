import { overrideCookie } from './override.ts';

export interface CutCookies {
  /** The header without overrides, byte for byte; `undefined` if nothing is left of it. */
  readonly rest: string | undefined;
  /** What the overrides said, decoded; `undefined` if there were none. */
  readonly overrides: string | undefined;
}

/** Cheap enough for every request with cookies; it may be true for a cookie that only looks alike. */
export function mayHoldOverride(cookies: string): boolean {
  return cookies.includes(overrideCookie);
}

/**
 * Cuts `banyan_override` out of a `Cookie` header. The pairs are told apart by semicolons alone, as servers do it; each that
 * stays keeps the bytes around it.
 */
export function cutOverrides(cookies: string): CutCookies {
  const pairs = cookies.split(';');
  const kept: string[] = [];
  let overrides: string | undefined;
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = (equals === -1 ? pair : pair.slice(0, equals)).trim();
    if (name !== overrideCookie) {
      kept.push(pair);
      continue;
    }
    const text = decoded(equals === -1 ? '' : pair.slice(equals + 1).trim());
    if (text !== undefined) overrides = overrides === undefined ? text : `${overrides}, ${text}`;
  }
  if (kept.length === pairs.length) return { rest: cookies, overrides: undefined };
  const rest = kept.join(';');
  // The first cookie stands without the blank that follows a semicolon.
  return { rest: rest.trim() === '' ? undefined : rest.replace(/^[ \t]+/, ''), overrides };
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
