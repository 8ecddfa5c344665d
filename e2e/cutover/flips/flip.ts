import { setTimeout as delay } from 'node:timers/promises';
import type { ChangeView, OpsClient } from '../../stack/ops-client.ts';
import type { Seeded } from '../seeded.ts';
import type { Asker } from './ask-gateways.ts';
import { type History, type Sample, type Side, type State, sideOf } from './history.ts';
import { type Move, randomMove, randomRollout } from './random-state.ts';

export interface FlipDeps {
  readonly capability: string;
  readonly ops: readonly OpsClient[];
  readonly asker: Asker;
  readonly history: History;
  readonly keys: readonly string[];
  readonly cohortOf: (key: string) => number;
  readonly seeded: Seeded;
}

export interface Flip {
  readonly change: ChangeView | null;
  /** Of two operators who asked at once, one was refused. */
  readonly contested: boolean;
  /** For each gateway: from the change's acknowledgement to the end of the first request that it answered by the new side. */
  readonly reachedMs: readonly number[];
  /** From the operator's request to the last of them. */
  readonly everywhereMs: number;
}

const patienceMs = 10_000;

/** Makes one random change that moves somebody, through any gateway, and watches it arrive at every one. */
export async function flip(deps: FlipDeps): Promise<Flip> {
  const { ops, history, seeded } = deps;
  const before = history.current();
  const { version } = await first(ops).capability(deps.capability);
  // Now and then two operators at two gateways ask for different things at the same moment.
  const contested = seeded.chance(0.15);
  const anyMove = () => randomMove(deps.capability, before, deps.keys, seeded);
  const anyRollout = () => randomRollout(deps.capability, before, seeded);
  const moves = contested
    ? [moveThatMoves(deps, before, anyRollout), moveThatMoves(deps, before, anyRollout)]
    : [moveThatMoves(deps, before, anyMove)];

  const askedAt = performance.now();
  const outcomes = moves.map(async (move, index) => {
    const gateway = (seeded.below(ops.length) + index) % ops.length;
    const options = contested ? { expectedVersion: version } : undefined;
    const changed = await move.apply(ops[gateway] as OpsClient, options);
    return { move, changed, at: performance.now() };
  });
  // Whichever wins, its state may rule from now on.
  const settled = await Promise.all(outcomes);
  const done = settled.filter(({ changed }) => changed.ok);
  const winner = done[0];
  if (done.length !== 1 || !winner?.changed.ok) {
    throw new Error(
      `of ${moves.length} changes at once, ${done.length} were made: ${JSON.stringify(settled)}`,
    );
  }
  history.begin(winner.move.to, askedAt);

  const probe = probeOf(deps, before, winner.move.to);
  const reached = await Promise.all(
    ops.map(async (_, gateway) => {
      const at = await untilAnsweredBy(deps.asker, gateway, probe.key, probe.side);
      history.seen(gateway, at);
      return at;
    }),
  );
  return {
    change: winner.changed.change,
    contested,
    reachedMs: reached.map((at) => Math.max(0, at - winner.at)),
    everywhereMs: Math.max(...reached) - askedAt,
  };
}

/** A change that brings at least one caller to the other side, so that it can be seen to arrive. */
function moveThatMoves(deps: FlipDeps, before: State, random: () => Move): Move {
  for (;;) {
    const move = random();
    if (deps.keys.some((key) => moves(deps, before, move.to, key))) return move;
  }
}

function moves({ cohortOf }: FlipDeps, before: State, after: State, key: string): boolean {
  return sideOf(before, key, cohortOf(key)) !== sideOf(after, key, cohortOf(key));
}

/** A caller whom the change moves, and where to. */
function probeOf(deps: FlipDeps, before: State, after: State): { key: string; side: Side } {
  const key = deps.seeded.pick(deps.keys.filter((one) => moves(deps, before, after, one)));
  return { key, side: sideOf(after, key, deps.cohortOf(key)) };
}

async function untilAnsweredBy(asker: Asker, gateway: number, key: string, side: Side): Promise<number> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const sample: Sample = await asker.ask(gateway, key);
    if (sample.side === side) return sample.endedAt;
    if (sample.endedAt > deadline)
      throw new Error(`gateway ${gateway} never followed: ${key} is not at ${side}`);
    await delay(1);
  }
}

function first(ops: readonly OpsClient[]): OpsClient {
  const [one] = ops;
  if (!one) throw new Error('no gateway');
  return one;
}
