import { describe, expect, it } from '@jest/globals';
import { backOffMs } from './back-off.ts';

describe('backing off', () => {
  it('doubles up to 15 s', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 60].map((attempts) => backOffMs(attempts, () => 1));
    expect(longest).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it('never waits less than half of that', () => {
    expect(backOffMs(1, () => 0)).toBe(250);
    expect(backOffMs(60, () => 0)).toBe(7_500);
  });
});
