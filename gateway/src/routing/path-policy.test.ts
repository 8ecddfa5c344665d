import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAmbiguousPath } from './path-policy.ts';

describe('path policy', () => {
  it.each([
    '/',
    '/api/images/1',
    '/api/images/1/',
    '/.well-known/jwks.json',
    '/a/..b/...',
    '/caf%C3%A9',
    '/a%20b',
    '/a;v=1/b',
    "/(a)!$&'*+,=:@~_-.b",
    '/%3A%40',
  ])('reads %s in one way', (path) => {
    expect(isAmbiguousPath(path)).toBe(false);
  });

  it.each([
    ['a dot segment', '/api/./images'],
    ['a parent segment', '/api/../images'],
    ['a parent segment at the end', '/api/images/..'],
    ['a parent segment with a parameter', '/api/..;/images'],
    ['an encoded dot segment', '/api/%2e%2e/images'],
    ['a half-encoded dot segment', '/api/.%2E/images'],
    ['an encoded slash', '/api%2Fimages'],
    ['an encoded backslash', '/api%5cimages'],
    ['a backslash', '/api\\images'],
    ['a double slash', '/api//images'],
    ['a double slash at the end', '/api/images//'],
    ['a leading double slash', '//evil/api'],
    ['a broken escape', '/api/%zz'],
    ['a cut escape', '/api/%4'],
    ['a double escape', '/api/%252e%252e/images'],
    ['a NUL', '/api/images%00'],
    ['an encoded line break', '/api/images%0d%0a'],
    ['an encoded letter', '/api/im%61ges'],
    ['an encoded tilde', '/%7Eme'],
    ['overlong UTF-8', '/api/%c0%af'],
    ['cut UTF-8', '/api/%e2%82'],
    ['a raw byte beyond ASCII', '/api/im\u00e1ges'],
    ['a fragment', '/api/images#x'],
  ])('calls %s ambiguous', (_, path) => {
    expect(isAmbiguousPath(path)).toBe(true);
  });

  it('lets through only what every decoding and normalising server reads alike', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      '.',
      '..',
      '/',
      '//',
      '%2e',
      '%2F',
      '%5C',
      '\\',
      '%25',
      '%41',
      '%C3%A9',
      ';',
      '%',
      '0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const path = `/${pieces.join('')}`;
        if (isAmbiguousPath(path)) return;
        const bare = new URL(`http://a${path}`).pathname;
        expect(bare).toBe(path);
        const decoded = decodeURIComponent(path);
        expect(decoded.split('/')).toHaveLength(path.split('/').length);
        expect(new URL(`http://a${encodeURI(decoded)}`).pathname).toBe(encodeURI(decoded));
      }),
      { numRuns: 5_000, seed: 3 },
    );
  });
});
