import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cohortCount, cohortOf, thresholdOf } from './cohort.ts';

const callers = 100_000;

/** Keys as they occur: each kind is a way in which a weak hash would fail. */
const kinds: Readonly<Record<string, (i: number) => string>> = {
  'random ids': (i) => uuid(i),
  'ids that count up': (i) => String(i),
  'IPv4 addresses of a few networks': (i) => `10.${i >> 16}.${(i >> 8) & 0xff}.${i & 0xff}`,
  'IPv6 addresses of one network': (i) => `2001:db8:0:1::${i.toString(16)}`,
  'mail addresses': (i) => `guest${i}@example.org`,
};
const percents = [0.5, 1, 5, 10, 20, 33.33, 50, 75, 99];

describe('cohort', () => {
  it('stays as it is for ever: these callers are where they were in the first release', () => {
    expect(cohortOf('auth', 'user-1')).toBe(1362);
    expect(cohortOf('auth', '018f4d3a-7b1c-7d2e-9f00-0a1b2c3d4e5f')).toBe(5285);
    expect(cohortOf('images', 'user-1')).toBe(7545);
    expect(cohortOf('auth', 'Jürgen')).toBe(4697);
  });

  it('is a bucket from 0 to 9999, and the same for the same caller', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'binary' }), (capability, key) => {
        const cohort = cohortOf(capability, key);
        expect(Number.isInteger(cohort) && cohort >= 0 && cohort < cohortCount).toBe(true);
        expect(cohortOf(capability, key)).toBe(cohort);
      }),
      { seed: 11 },
    );
  });

  it.each(Object.keys(kinds))('gives a rollout its share of %s, within half a point', (kind) => {
    const cohorts = cohortsOf('auth', kinds[kind]);
    const shares = percents.map((percent) => (served(cohorts, percent).length / callers) * 100);
    const worst = Math.max(...shares.map((share, i) => Math.abs(share - (percents[i] ?? 0))));
    print(`${kind}: ${shares.map((share, i) => `${percents[i]} % → ${share.toFixed(2)}`).join(', ')}`);
    expect(worst).toBeLessThan(0.5);
  });

  it.each(Object.keys(kinds))('moves only those of %s that must, 10 % → 20 % → 10 %', (kind) => {
    const cohorts = cohortsOf('auth', kinds[kind]);
    const before = new Set(served(cohorts, 10));
    const wide = new Set(served(cohorts, 20));
    const after = new Set(served(cohorts, 10));
    const joined = [...wide].filter((caller) => !before.has(caller)).length;
    print(`${kind}: ${before.size} → ${wide.size} (${joined} joined) → ${after.size}`);
    expect([...before].filter((caller) => !wide.has(caller))).toEqual([]);
    expect(joined / callers).toBeCloseTo(0.1, 2);
    expect(after).toEqual(before);
  });

  it('gives each capability other callers first', () => {
    const [auth, images] = [cohortsOf('auth', uuid), cohortsOf('images', uuid)];
    const first = new Set(served(auth, 10));
    const both = served(images, 10).filter((caller) => first.has(caller)).length / callers;
    print(`first tenth of both auth and images: ${(both * 100).toFixed(2)} % (1 % if independent)`);
    expect(both).toBeGreaterThan(0.007);
    expect(both).toBeLessThan(0.013);
  });
});

describe('threshold', () => {
  it.each([
    [0, 0],
    [0.01, 1],
    [0.07, 7],
    [33.33, 3333],
    [99.99, 9999],
    [100, 10_000],
  ])('of %d %% is %i, without an error of rounding', (percent, threshold) => {
    expect(thresholdOf(percent)).toBe(threshold);
  });

  it('grows with the percent by one for each hundredth', () => {
    const hundredths = Array.from({ length: cohortCount + 1 }, (_, i) => i);
    expect(hundredths.filter((i) => thresholdOf(i / 100) !== i)).toEqual([]);
  });
});

function cohortsOf(capability: string, keyOf: ((i: number) => string) | undefined): readonly number[] {
  return Array.from({ length: callers }, (_, i) => cohortOf(capability, keyOf?.(i) ?? ''));
}

function served(cohorts: readonly number[], percent: number): readonly number[] {
  const threshold = thresholdOf(percent);
  return cohorts.flatMap((cohort, caller) => (cohort < threshold ? [caller] : []));
}

/** Random, and the same in every run. */
function uuid(i: number): string {
  const hex = createHash('sha256').update(String(i)).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

function print(line: string): void {
  process.stdout.write(`cohorts of ${line}\n`);
}
