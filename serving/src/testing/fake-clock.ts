import type { Clock } from '../clock.ts';

export interface FakeClock extends Clock {
  advance(ms: number): void;
}

/** Starts at the real time, since the database's own clock can't be moved, and stands still until it is advanced. */
export function createFakeClock(start = new Date()): FakeClock {
  let nowMs = start.getTime();
  return {
    now: () => new Date(nowMs),
    advance(ms) {
      nowMs += ms;
    },
  };
}
