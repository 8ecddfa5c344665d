import { describe, expect, it } from '@jest/globals';
import { createArrivals, createRandom } from './arrivals.ts';

describe('arrivals', () => {
  it('come at the given rate, however seldom anyone looks', () => {
    const arrivals = createArrivals(10_000, 500, createRandom(3));
    let taken = 0;
    for (let nowMs = 500; nowMs <= 10_500; nowMs += 7) taken += arrivals.takeDue(nowMs);
    expect(taken).toBeGreaterThan(99_000);
    expect(taken).toBeLessThan(101_000);
  });

  it('are counted once', () => {
    const arrivals = createArrivals(1_000, 0, createRandom(3));
    expect(arrivals.takeDue(100)).toBeGreaterThan(0);
    expect(arrivals.takeDue(100)).toBe(0);
  });

  it('are the same for every proxy', () => {
    const draw = () => {
      const arrivals = createArrivals(2_000, 0, createRandom(9));
      return Array.from({ length: 50 }, (_, n) => arrivals.takeDue(n * 3));
    };
    expect(draw()).toEqual(draw());
  });
});
