/** What generated requests and answers are both made of. */
import { METHODS } from 'node:http';
import fc from 'fast-check';
import type { Header } from '../http/message.ts';

/**
 * Methods that a Node server can read at all, less those of another kind: CONNECT asks for a tunnel, TRACE for an echo
 * of the request, which the gateway refuses, and PRI is HTTP/2's preface.
 */
export const forwardedMethods = METHODS.filter((method) => !['CONNECT', 'TRACE', 'PRI'].includes(method));

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const gzipMagic = Buffer.from('1f8b0800000000000003', 'hex');

const piece = fc.oneof(
  { weight: 6, arbitrary: bytes(200) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 80 }).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: bytes(50).map((tail) => Buffer.concat([gzipMagic, tail])) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 16_000, max: 200_000 }), fc.nat(255))
      .map(([length, fill]) => Buffer.alloc(length, fill)),
  },
);
export const pieces = fc.array(piece, { maxLength: 4 });
/** A chunk of no bytes would be the last one. */
export const chunks = pieces.map((list) => list.filter((chunk) => chunk.length > 0));

export const recase = fc.constantFrom<(name: string) => string>(
  (name) => name,
  (name) => name.toLowerCase(),
  (name) => name.toUpperCase(),
  (name) => name.replace(/[a-z]/, (letter) => letter.toUpperCase()),
);
export const value = fc.oneof(
  fc.stringMatching(/^[!-~]([ -~]{0,38}[!-~])?$/),
  fc.constantFrom(
    '',
    '"quoted, \\"text\\""',
    'a,b , c',
    'a\tb',
    toLatin1('café'),
    '\x80\xff',
    'x'.repeat(2_000),
  ),
);
export function header(names: readonly string[]): fc.Arbitrary<Header> {
  return fc
    .tuple(fc.constantFrom(...names), recase, value)
    .map(([name, change, text]) => [change(name), text]);
}
export const unknownHeader: fc.Arbitrary<Header> = fc.tuple(
  fc.stringMatching(/^X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/),
  value,
);

export const trailers = fc.array(unknownHeader, { maxLength: 3 });

/** The UTF-8 bytes of a text, one character for each. */
function toLatin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
