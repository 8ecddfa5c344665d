import { ApiError } from '@banyan/contracts';

export interface LaneLimits {
  /** How many works run at a time, if each takes one lane. */
  readonly lanes: number;
  /** How many may wait; one more is turned away. */
  readonly waiting: number;
  readonly retryAfterSeconds: number;
}

export interface Lanes {
  /**
   * Runs `work` once as many lanes are free, in the order of arrival: a work that takes all lanes is not overtaken for
   * ever by small ones.
   * @throws ApiError unavailable, with Retry-After, if too many wait already
   */
  run<T>(lanes: number, work: () => Promise<T>): Promise<T>;
}

/** Bounds how much heavy work runs at once, and how much waits for it. */
export function createLanes(limits: LaneLimits): Lanes {
  const waiting: { readonly needed: number; readonly begin: () => void }[] = [];
  let free = limits.lanes;

  function beginNext(): void {
    for (let next = waiting[0]; next !== undefined && next.needed <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.needed;
      next.begin();
    }
  }

  return {
    async run(lanes, work) {
      const needed = Math.min(lanes, limits.lanes);
      if (waiting.length >= limits.waiting) {
        throw new ApiError('unavailable', 'Too many images are being made at this moment. Try again soon.', {
          headers: { 'retry-after': String(limits.retryAfterSeconds) },
        });
      }
      await new Promise<void>((begin) => {
        waiting.push({ needed, begin });
        beginNext();
      });
      try {
        return await work();
      } finally {
        free += needed;
        beginNext();
      }
    },
  };
}
