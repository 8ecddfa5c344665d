import type { Changed, ChangeOptions, OpsClient } from '../../stack/ops-client.ts';
import type { Seeded } from '../seeded.ts';
import type { State } from './history.ts';

/** A change as an operator asks for it, and the state that it leads to. */
export interface Move {
  readonly to: State;
  readonly apply: (ops: OpsClient, options?: ChangeOptions) => Promise<Changed>;
}

export function randomRollout(capability: string, state: State, seeded: Seeded): Move {
  const rolloutPercent = seeded.below(10_001) / 100;
  return {
    to: { ...state, stage: 'rollout', rolloutPercent },
    apply: (ops, options) => ops.rollout(capability, rolloutPercent, options),
  };
}

/** Any change that leads on from this state. */
export function randomMove(capability: string, state: State, keys: readonly string[], seeded: Seeded): Move {
  const kind = seeded.weighted({ rollout: 8, live: 2, legacy: 2, allow: 2, deny: 2 });
  if (kind === 'rollout') return randomRollout(capability, state, seeded);
  if (kind === 'live' || kind === 'legacy') {
    return {
      to: { ...state, stage: kind, rolloutPercent: kind === 'live' ? 100 : 0 },
      apply: (ops) => (kind === 'legacy' ? ops.rollback(capability) : ops.stage(capability, kind)),
    };
  }
  const listed = state[kind];
  const remove = listed.length > 0 && seeded.chance(0.5);
  const key = seeded.pick(remove ? listed : keys.filter((one) => !listed.includes(one)));
  const without = (list: readonly string[]) => list.filter((one) => one !== key);
  // A key that is put on one list leaves the other.
  const lists = remove
    ? { [kind]: without(listed) }
    : { allow: without(state.allow), deny: without(state.deny), [kind]: [...listed, key] };
  return {
    to: { ...state, ...lists },
    apply: (ops) => ops.pin(kind, capability, [key], { remove }),
  };
}
