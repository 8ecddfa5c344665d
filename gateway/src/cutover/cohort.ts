import { murmurHash3 } from './murmur-hash3.ts';

/** A caller's stable bucket is one of these many, so that a rollout can be given to 0.01 %. */
export const cohortCount = 10_000;

/** Fixed for ever: another value would move callers between sides on the day of an update. */
const rootSeed = 0x62616e79;

/**
 * The caller's bucket for one capability, 0–9999. Pure, and the same in every process.
 *
 * Seeded by the capability, so that the tenth that goes first is another tenth for each. (The key alone would make the same
 * callers the first of every migration.)
 */
export function cohortOf(capability: string, key: string): number {
  return cohortWith(cohortSeed(capability), key);
}

/** The part that depends on the capability alone, for who asks often. */
export function cohortSeed(capability: string): number {
  return murmurHash3(capability, rootSeed);
}

export function cohortWith(seed: number, key: string): number {
  return murmurHash3(key, seed) % cohortCount;
}

/** Buckets below it go to the service: growing it moves callers to the service only, shrinking it only back. */
export function thresholdOf(rolloutPercent: number): number {
  return Math.round(rolloutPercent * (cohortCount / 100));
}
