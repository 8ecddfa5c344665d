import { describe, expect, it } from '@jest/globals';
import { divideCores, idleShare, parseCoreList, parseCoreTimes } from './cores.ts';

describe('cores', () => {
  it('are read as the kernel lists them', () => {
    expect(parseCoreList('0-1')).toEqual([0, 1]);
    expect(parseCoreList('3')).toEqual([3]);
    expect(parseCoreList('0-2,5,8-9')).toEqual([0, 1, 2, 5, 8, 9]);
  });

  it('are divided so that the proxy shares its own with nobody', () => {
    expect(divideCores([0, 1])).toEqual({ proxy: '1', load: '0' });
    expect(divideCores([2, 3, 6, 7])).toEqual({ proxy: '7', load: '2,3,6' });
  });

  it('are not divided where there is only one, or none is known', () => {
    expect(divideCores([0])).toBeUndefined();
    expect(divideCores([])).toBeUndefined();
  });

  it('are idle when they wait, and busy when the time was stolen', () => {
    const stat = 'cpu  9 9 9 9 9 9 9 9 9 9\ncpu1 10 0 20 50 10 0 5 5 0 0\ncpu10 1 1 1 1 1 1 1 1 1 1\n';
    const before = { idleMs: 0, totalMs: 0 };
    expect(parseCoreTimes(stat, '1')).toEqual({ idleMs: 600, totalMs: 1_000 });
    expect(parseCoreTimes(stat, '1,10')).toEqual({ idleMs: 620, totalMs: 1_080 });
    expect(idleShare(before, parseCoreTimes(stat, '1'))).toBeCloseTo(0.6);
    expect(idleShare(before, before)).toBe(0);
  });
});
