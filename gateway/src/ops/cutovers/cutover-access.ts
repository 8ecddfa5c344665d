import { type Cutover, type CutoverState, stateOf, unmoved } from '../../cutover/cutover.ts';
import type { CutoverStore } from '../../cutover/cutover-store.ts';
import type { SnapshotKeeper } from '../../cutover/snapshot-keeper.ts';
import { OpsError } from '../api/ops-error.ts';

/** What the ops plane needs of where cutovers are kept: the truth for changes, the snapshot for what is in force. */
export interface CutoverAccess {
  readonly store: Pick<CutoverStore, 'read' | 'history'>;
  readonly keeper: Pick<SnapshotKeeper, 'current' | 'store' | 'change'>;
}

/** The truth, not this process's snapshot of it: a change is judged by what it changes. */
export async function readCutover(access: CutoverAccess, capability: string): Promise<Cutover> {
  const stored = (await asked(access.store.read())).get(capability) ?? unmoved;
  if (stored.unreadable === undefined) return stored;
  return { ...inForce(access, capability), version: stored.version, unreadable: stored.unreadable };
}

export function inForce({ keeper }: CutoverAccess, capability: string): Cutover {
  return keeper.current().cutovers.get(capability) ?? unmoved;
}

/** A store that can't be reached is the one thing without which nothing can be changed. */
export async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    // Not the store's: a fault of ours, which must not be passed off as one.
    if (cause instanceof TypeError) throw cause;
    throw new OpsError(
      'store-unavailable',
      'The cutover store does not answer: nothing can be changed now, and the last good state rules.',
      { cause },
    );
  }
}

export function bodyOfCutover(cutover: Cutover) {
  const { version, changedAt, changedBy, why, unreadable } = cutover;
  return {
    ...bodyOfState(stateOf(cutover)),
    version,
    ...(changedAt === undefined ? {} : { changedAt }),
    ...(changedBy === undefined ? {} : { changedBy }),
    ...(why === undefined ? {} : { why }),
    ...(unreadable === undefined ? {} : { unreadable }),
  };
}

export function bodyOfState({ stage, rolloutPercent, allow, deny }: CutoverState) {
  return { stage, rolloutPercent, allow: [...allow], deny: [...deny] };
}
