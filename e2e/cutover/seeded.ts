/** Chance that can be had again: the same seed makes the same choices. */
export interface Seeded {
  /** From 0 up to, and without, 1. */
  readonly next: () => number;
  /** A whole number from 0 up to, and without, `limit`. */
  readonly below: (limit: number) => number;
  readonly chance: (probability: number) => boolean;
  /** @throws if there is nothing to pick from */
  readonly pick: <T>(items: readonly T[]) => T;
  /** Picks by weight. */
  readonly weighted: <K extends string>(weights: Readonly<Record<K, number>>) => K;
  /** A stream of its own, so that what one user does changes nothing for the others. */
  readonly fork: (name: string | number) => Seeded;
}

/** Mulberry32: 32 bits of state are plenty to vary tests by. */
export function createSeeded(seed: number): Seeded {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick(items) {
      if (items.length === 0) throw new Error('nothing to pick from');
      return items[below(items.length)] as (typeof items)[number];
    },
    weighted(weights) {
      const entries = Object.entries(weights) as [keyof typeof weights, number][];
      const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
      let left = next() * total;
      for (const [name, weight] of entries) {
        left -= weight;
        if (left < 0) return name;
      }
      throw new Error('no weight is above zero');
    },
    fork: (name) => createSeeded([...`${seed}/${name}`].reduce(hashIn, 0x811c9dc5)),
  };
}

/** FNV-1a. */
function hashIn(hash: number, character: string): number {
  return Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
}
