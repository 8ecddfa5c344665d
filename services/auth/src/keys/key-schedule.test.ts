import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type KeyTimes, planKeys, publishedBeforeMs, signingPeriodMs } from './key-schedule.ts';

const minuteMs = 60 * 1_000;
const dayMs = 24 * 60 * minuteMs;
const longestTokenMs = dayMs;

interface Signed {
  readonly at: Date;
  readonly key: KeyTimes;
}

/** Makes what the schedule asks for, at each of these moments, and signs. */
function live(momentsMs: readonly number[]): {
  readonly keys: readonly KeyTimes[];
  readonly signed: Signed[];
} {
  const keys: KeyTimes[] = [];
  const signed: Signed[] = [];
  for (const ms of momentsMs) {
    const now = new Date(ms);
    const first = planKeys(keys, now);
    if (first.create !== undefined) keys.push(first.create);
    const { signWith, create } = planKeys(keys, now);
    if (signWith === undefined) throw new Error(`nothing to sign with at ${now.toISOString()}`);
    expect(create).toBeUndefined();
    signed.push({ at: now, key: signWith });
  }
  return { keys, signed };
}

/** Requests over a year or more, minutes or months apart. */
const moments = fc
  .array(
    fc.oneof(
      fc.integer({ min: 1, max: 600 * minuteMs }),
      fc.integer({ min: 1, max: 3 * dayMs }),
      fc.integer({ min: 1, max: 100 * dayMs }),
    ),
    { minLength: 1, maxLength: 200 },
  )
  .map((gaps) => {
    let now = Date.UTC(2026, 0, 1);
    return gaps.map((gap) => {
      now += gap;
      return now;
    });
  });

describe('the schedule of signing keys', () => {
  it('always has one to sign with, once what it asks for was made, and asks for no more', () => {
    fc.assert(fc.property(moments, (times) => void live(times)));
  });

  it('verifies every token until its end', () => {
    fc.assert(
      fc.property(moments, (times) => {
        for (const { at, key } of live(times).signed) {
          expect(key.signsFrom.getTime()).toBeLessThanOrEqual(at.getTime());
          expect(at.getTime()).toBeLessThan(key.signsUntil.getTime());
          expect(at.getTime() + longestTokenMs).toBeLessThan(key.verifiedUntil.getTime());
        }
      }),
    );
  });

  it('publishes a key a day before it signs, unless nobody asked in time', () => {
    fc.assert(
      fc.property(moments, (times) => {
        const { keys } = live(times);
        keys.forEach((key, index) => {
          const published = key.signsFrom.getTime() - key.createdAt.getTime();
          if (published >= publishedBeforeMs) return;
          const before = keys[index - 1];
          const askedInTime =
            before !== undefined &&
            key.createdAt.getTime() <= before.signsUntil.getTime() - publishedBeforeMs;
          expect(askedInTime).toBe(false);
        });
      }),
    );
  });

  it('lets a successor take over before its predecessor ends, so that none has to be made in a hurry', () => {
    fc.assert(
      fc.property(moments, (times) => {
        const { keys } = live(times);
        keys.forEach((key, index) => {
          const before = keys[index - 1];
          if (before === undefined || key.createdAt >= before.signsUntil) return;
          expect(key.signsFrom.getTime()).toBeLessThanOrEqual(before.signsUntil.getTime());
        });
      }),
      { numRuns: 500 },
    );
  });

  it('replaces a key each month while there are requests each day', () => {
    const start = Date.UTC(2026, 0, 1);
    const { keys, signed } = live(Array.from({ length: 365 }, (_, day) => start + day * dayMs));
    expect(keys).toHaveLength(Math.ceil((365 * dayMs + publishedBeforeMs) / signingPeriodMs));
    for (const { at, key } of signed) {
      expect(at.getTime() - key.signsFrom.getTime()).toBeLessThanOrEqual(signingPeriodMs);
    }
  });

  it('never has more than three keys that still count', () => {
    fc.assert(
      fc.property(moments, (times) => {
        const { keys, signed } = live(times);
        for (const { at } of signed) {
          const counting = keys.filter((key) => key.createdAt <= at && at < key.verifiedUntil);
          expect(counting.length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });
});
