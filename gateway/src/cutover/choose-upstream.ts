import type { CutoverSnapshot, Stage } from './cutover-snapshot.ts';

export type Side = 'legacy' | 'service';
export type Reason = 'stage' | 'no-capability';

export interface Choice {
  readonly side: Side;
  readonly reason: Reason;
}

const unclaimed: Choice = Object.freeze({ side: 'legacy', reason: 'no-capability' });

/** Which side is authoritative at each stage. */
const byStage: Readonly<Record<Stage, Choice>> = Object.freeze({
  legacy: Object.freeze({ side: 'legacy', reason: 'stage' }),
  shadow: Object.freeze({ side: 'legacy', reason: 'stage' }),
  rollout: Object.freeze({ side: 'legacy', reason: 'stage' }),
  live: Object.freeze({ side: 'service', reason: 'stage' }),
  retired: Object.freeze({ side: 'service', reason: 'stage' }),
});

/** Pure: the same snapshot and capability always give the same choice. Allocates nothing. */
export function chooseUpstream(snapshot: CutoverSnapshot, capability: string | undefined): Choice {
  const cutover = capability === undefined ? undefined : snapshot.cutovers.get(capability);
  return cutover === undefined ? unclaimed : byStage[cutover.stage];
}
