import { setTimeout as delay } from 'node:timers/promises';
import type { Changed, OpsClient } from '../stack/ops-client.ts';
import type { Seeded } from './seeded.ts';

export interface Moves {
  /** How many changes were made so far. */
  readonly count: () => number;
  /** For messages: where the last one led. */
  readonly last: () => string;
  /** Ends after the change that is being made, with the capability at legacy. Rejects if a change was refused. */
  readonly stop: () => Promise<void>;
}

export interface MoveOptions {
  readonly ops: OpsClient;
  readonly capability: string;
  readonly seeded: Seeded;
  /** Between two changes, at most. */
  readonly breakMs: number;
}

/** Moves a capability to and fro at random times, until it is told to stop. */
export function moveAbout({ ops, capability, seeded, breakMs }: MoveOptions): Moves {
  const stopping = new AbortController();
  let count = 0;
  let last = 'legacy';

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await delay(seeded.below(breakMs));
      const [name, move] = randomMove(ops, capability, seeded);
      const changed = await move();
      if (!changed.ok) throw new Error(`${name} was refused: ${changed.code}: ${changed.message}`);
      if (changed.change !== null) count += 1;
      last = name;
    }
    await ops.rollback(capability);
  }
  const running = run();
  // It is awaited by `stop`, which may be much later.
  running.catch(() => undefined);

  return {
    count: () => count,
    last: () => last,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

type Move = readonly [name: string, move: () => Promise<Changed>];

export function randomMove(ops: OpsClient, capability: string, seeded: Seeded): Move {
  const kind = seeded.weighted({ rollout: 6, live: 2, rollback: 2 });
  if (kind === 'live') return ['live', () => ops.stage(capability, 'live')];
  if (kind === 'rollback') return ['rollback', () => ops.rollback(capability)];
  const percent = seeded.below(101);
  return [`rollout ${percent} %`, () => ops.rollout(capability, percent)];
}
