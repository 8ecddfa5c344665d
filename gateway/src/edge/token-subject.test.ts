import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createTokenSubjects, readSubject } from './token-subject.ts';

const encoded = (text: string) => Buffer.from(text).toString('base64url');
const bearer = (payload: string) => `Bearer ${encoded('{"alg":"HS256"}')}.${encoded(payload)}.c2ln`;

describe("a token's subject", () => {
  it.each([
    ['{"sub":"user-1"}', 'user-1'],
    ['{"sub":"Jürgen 🌳"}', 'Jürgen 🌳'],
    ['{"iat":1,"sub":"b","exp":2}', 'b'],
    ['{"sub":42}', '42'],
    ['{"sub":"a","sub":"b"}', 'b'],
  ])('of %s is %j', (payload, subject) => {
    expect(readSubject(bearer(payload))).toBe(subject);
  });

  it.each(['bearer', 'BEARER', 'Bearer '])('is read whatever the case of the scheme: %s', (scheme) => {
    expect(readSubject(bearer('{"sub":"a"}').replace('Bearer', scheme))).toBe('a');
  });

  it.each([
    ['is empty', '{"sub":""}'],
    ['is absurdly long', JSON.stringify({ sub: 'x'.repeat(257) })],
    ['is null', '{"sub":null}'],
    ['is a list', '{"sub":["a"]}'],
    ['is an object', '{"sub":{"toString":"a"}}'],
    ['is a fraction', '{"sub":1.5}'],
    ['is past all exact numbers', '{"sub":9007199254740993}'],
    ['is missing', '{}'],
    ['is inherited', '{"__proto__":{"sub":"a"}}'],
    ['belongs to no object', '"sub"'],
    ['belongs to null', 'null'],
    ['belongs to a list', '["sub"]'],
    ['is in broken JSON', '{"sub":"a"'],
    ['is 1,000 levels deep', `${'['.repeat(1_000)}${']'.repeat(1_000)}`],
  ])('is none where it %s', (_, payload) => {
    expect(readSubject(bearer(payload))).toBeUndefined();
  });

  it.each([
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['no token', 'Bearer '],
    ['two parts', `Bearer ${encoded('{}')}.${encoded('{"sub":"a"}')}`],
    ['four parts', `${bearer('{"sub":"a"}')}.x`],
    ['five parts, as encrypted ones have', 'Bearer a.b.c.d.e'],
    ['an empty signature', `Bearer ${encoded('{"alg":"none"}')}.${encoded('{"sub":"a"}')}.`],
    ['characters of another base64', `Bearer e30.${Buffer.from('{"sub":"~~~???"}').toString('base64')}.c2ln`],
    ['something behind it', `${bearer('{"sub":"a"}')} x`],
    ['a line break', `${bearer('{"sub":"a"}')}\n`],
  ])('is none in what has %s', (_, authorization) => {
    expect(readSubject(authorization)).toBeUndefined();
  });

  it('is none, and no error, in whatever a client makes up', () => {
    const part = fc.oneof(
      fc.base64String(),
      fc.json().map(encoded),
      fc.string({ unit: 'binary' }).map(encoded),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const subject = readSubject(`Bearer ${parts.join('.')}`);
        expect(subject === undefined || subject.length <= 256).toBe(true);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('remembered subjects', () => {
  it('are as those that are read anew, also after many other tokens', () => {
    const subjectOf = createTokenSubjects();
    const tokens = Array.from({ length: 6_000 }, (_, i) => bearer(`{"sub":"user-${i}"}`));
    for (let round = 0; round < 2; round++) {
      for (const [i, token] of tokens.entries()) if (subjectOf(token) !== `user-${i}`) throw new Error(token);
    }
    expect(subjectOf(tokens[0] ?? '')).toBe('user-0');
  });

  it('include those of tokens that have none', () => {
    const subjectOf = createTokenSubjects();
    expect(subjectOf('Bearer nonsense')).toBeUndefined();
    expect(subjectOf('Bearer nonsense')).toBeUndefined();
  });

  it('never come from a header of absurd length', () => {
    const long = bearer(JSON.stringify({ sub: 'a', more: 'x'.repeat(5_000) }));
    expect(readSubject(long)).toBe('a');
    expect(createTokenSubjects()(long)).toBeUndefined();
  });
});
