import { describe, expect, it } from '@jest/globals';
import { median, pairedRatio } from './statistics.ts';

describe('median', () => {
  it('is the middle value, or the mean of the middle two, and no outlier moves it', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 1_000_000, 6])).toBe(5);
    expect(median([7])).toBe(7);
  });

  it('of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });
});

describe('paired ratio', () => {
  it('compares within each round, so that a machine that slows down for both changes nothing', () => {
    expect(pairedRatio([300, 30, 3], [100, 10, 1])).toEqual({ median: 3, lowest: 3, highest: 3 });
  });

  it('gives the spread beside the median', () => {
    expect(pairedRatio([200, 300, 400], [100, 100, 100])).toEqual({ median: 3, lowest: 2, highest: 4 });
  });

  it('is undefined where there was no round', () => {
    expect(pairedRatio([], [1])).toBeUndefined();
    expect(pairedRatio([1], [])).toBeUndefined();
  });
});
