/**
 * HTTP/1.1 messages as they are on the wire: nothing is lower-cased, joined, unfolded or decoded.
 * Text is latin1 throughout, so that one character is one byte.
 */

export type Header = readonly [name: string, value: string];

export interface Head {
  readonly startLine: string;
  readonly headers: readonly Header[];
}

/** How a message says where its body ends (RFC 9112 §6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'sized'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

/** The message breaks the rules of RFC 9112: a client that reads on would be guessing. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

export function valuesOf(headers: readonly Header[], name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

/** Requests have no body unless they say so; a response's depends on what was asked and answered. */
export function requestFraming(head: Head): Framing {
  return declaredFraming(head) ?? { kind: 'none' };
}

export function responseFraming(head: Head, requestMethod: string): Framing {
  const status = statusOf(head);
  if (status === 101) return { kind: 'until-close' };
  if (requestMethod === 'HEAD' || status < 200 || status === 204 || status === 304) return { kind: 'none' };
  return declaredFraming(head) ?? { kind: 'until-close' };
}

export function statusOf(head: Head): number {
  const status = /^HTTP\/1\.[01] ([1-9]\d\d) /.exec(head.startLine)?.[1];
  if (status === undefined)
    throw new MalformedMessage(`not a status line: ${JSON.stringify(head.startLine)}`);
  return Number(status);
}

function declaredFraming({ headers }: Head): Framing | undefined {
  const codings = valuesOf(headers, 'transfer-encoding');
  const lengths = valuesOf(headers, 'content-length');
  if (codings.length > 0) {
    if (lengths.length > 0) throw new MalformedMessage('a length beside a transfer coding');
    if (codings.length > 1 || codings[0]?.toLowerCase() !== 'chunked') {
      throw new MalformedMessage(`transfer codings ${codings.join(' and ')}`);
    }
    return { kind: 'chunked' };
  }
  const [length] = lengths;
  if (length === undefined) return undefined;
  if (lengths.length > 1 || !/^\d+$/.test(length))
    throw new MalformedMessage(`lengths ${lengths.join(' and ')}`);
  return { kind: 'sized', bytes: Number(length) };
}
