import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutOverrides, mayHoldOverride } from './override-cookie.ts';

describe('cookies without their overrides', () => {
  it.each([
    ['banyan_override=x', undefined, 'x'],
    ['banyan_override=x;', undefined, 'x'],
    ['a=1; banyan_override=x', 'a=1', 'x'],
    ['banyan_override=x; a=1', 'a=1', 'x'],
    ['a=1; banyan_override=x; b=2', 'a=1; b=2', 'x'],
    ['a=1;banyan_override=x;b=2', 'a=1;b=2', 'x'],
    ['a=1 ;  banyan_override = x ; b="2; c"', 'a=1 ; b="2; c"', 'x'],
    ['banyan_override=x; a=1; banyan_override=y', 'a=1', 'x, y'],
    ['a=1; banyan_override=x;', 'a=1;', 'x'],
    ['a=1; banyan_override; b=2', 'a=1; b=2', ''],
    ['banyan_override=auth%3Dservice%3B%20expires%3D1', undefined, 'auth=service; expires=1'],
    ['banyan_override=%E0%A4%A', undefined, undefined],
    ['my_banyan_override=x', 'my_banyan_override=x', undefined],
    ['banyan_override_2=x; a=banyan_override', 'banyan_override_2=x; a=banyan_override', undefined],
    ['Banyan_Override=x', 'Banyan_Override=x', undefined],
  ])('%j leaves %j', (cookies, rest, overrides) => {
    expect(mayHoldOverride(cookies)).toBe(cookies.includes('banyan_override'));
    expect(cutOverrides(cookies)).toEqual({ rest, overrides });
  });

  it('keep every byte that is another cookie, wherever the override stood', () => {
    const other = fc.stringMatching(/^[a-z]{1,8}=[!#-+\--:<-[\]-~\x80-\xff]{0,12}$/);
    fc.assert(
      fc.property(fc.array(other, { maxLength: 5 }), fc.nat(5), (others, at) => {
        const withOverride = [...others.slice(0, at), 'banyan_override=v', ...others.slice(at)];
        expect(cutOverrides(withOverride.join('; '))).toEqual({
          rest: others.length === 0 ? undefined : others.join('; '),
          overrides: 'v',
        });
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
