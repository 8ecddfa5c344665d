import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ApiError } from '../errors.ts';
import { parseJson } from './parse-json.ts';

describe('JSON bodies', () => {
  it('reads what JSON.parse reads, whatever the values', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, indent) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        const source = JSON.stringify(value, undefined, indent);
        expect(parseJson(source)).toEqual(JSON.parse(source));
      }),
      { seed: 20261, numRuns: 500 },
    );
  });

  it.each([
    ['a key twice', '{"a":1,"a":2}'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['a key twice, deep inside', '[{"b":{"a":1 , "a"\n:2}}]'],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['__proto__, escaped', '{"\\u005f_proto__":1}'],
    ['100,000 levels', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['33 levels', '['.repeat(33) + ']'.repeat(33)],
    ['nothing', ''],
    ['an open string', '{"a'],
    ['an open escape', '{"a\\'],
    ['a trailing comma', '{"a":1,}'],
    ['a comment', '{"a":1}//'],
    ['a bare word', 'undefined'],
    ['a key that is no string', '{a:1}'],
  ])('refuses %s as invalid_request', (_, source) => {
    const refusal = catchError(() => parseJson(source));
    expect(refusal).toBeInstanceOf(ApiError);
    expect(refusal).toMatchObject({ code: 'invalid_request', status: 400 });
  });

  it.each([
    ['one key in two objects', '[{"a":1},{"a":2}]'],
    ['a value that equals a key', '{"a":"a","b":["a","a"]}'],
    ['brackets and quotes inside strings', '{"a":"}{\\"][","b":"\\\\"}'],
    ['32 levels', '['.repeat(32) + ']'.repeat(32)],
  ])('accepts %s', (_, source) => {
    expect(parseJson(source)).toEqual(JSON.parse(source));
  });
});

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
