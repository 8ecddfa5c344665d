import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHistogram } from './histogram.ts';

describe('histogram', () => {
  it('has no quantile before anything was recorded', () => {
    expect(createHistogram().quantile(0.5)).toBe(0);
  });

  it('gives every quantile to within a bucket', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.9, 0.99, 0.999),
        (durations, share) => {
          const histogram = createHistogram();
          for (const us of durations) histogram.record(us);
          const exact = durations.toSorted((a, b) => a - b)[Math.ceil(durations.length * share) - 1] ?? 0;
          expect(histogram.quantile(share) / exact).toBeGreaterThan(0.999);
          expect(histogram.quantile(share) / exact).toBeLessThan(1.012);
        },
      ),
      { seed: 11 },
    );
  });

  it('counts what is beyond its range at its end', () => {
    const histogram = createHistogram();
    histogram.record(1e12);
    expect(histogram.quantile(1)).toBeGreaterThan(100_000_000);
  });
});
