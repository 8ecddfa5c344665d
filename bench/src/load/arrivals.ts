/**
 * When the next requests are due.
 * An open loop: arrivals come as they come (a Poisson process, seeded), whether or not earlier ones were answered.
 */
export interface Arrivals {
  /** How many arrived since the last call. */
  takeDue(nowMs: number): number;
}

/** mulberry32: small, and good enough to draw gaps between arrivals. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function createArrivals(ratePerSecond: number, startMs: number, random: () => number): Arrivals {
  const gap = () => (-Math.log(1 - random()) * 1_000) / ratePerSecond;
  let nextMs = startMs + gap();
  return {
    takeDue(nowMs) {
      let due = 0;
      for (; nextMs <= nowMs; nextMs += gap()) due += 1;
      return due;
    },
  };
}
