import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateWaitMinutes } from './estimate.ts';

describe('estimated wait', () => {
  it('is half a span for the first in line, and a whole one more for each behind', () => {
    expect([1, 2, 3].map((position) => estimateWaitMinutes(position, 10))).toEqual([5, 15, 25]);
  });

  it('rounds up, so that nobody is promised less', () => {
    expect(estimateWaitMinutes(1, 1)).toBe(1);
    expect(estimateWaitMinutes(2, 5)).toBe(8);
  });

  it('never falls for those further behind, and is always a whole number of minutes above none', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 240 }),
        (position, minutes) => {
          const here = estimateWaitMinutes(position, minutes);
          expect(Number.isInteger(here)).toBe(true);
          expect(here).toBeGreaterThan(0);
          expect(estimateWaitMinutes(position + 1, minutes)).toBeGreaterThanOrEqual(here);
        },
      ),
      { seed: 20262 },
    );
  });
});
