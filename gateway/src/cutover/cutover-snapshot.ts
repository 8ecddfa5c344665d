import type { Plan } from '../plan/plan.ts';
import { type Cutovers, unmoved } from './cutover.ts';

export type { Cutover, Stage } from './cutover.ts';

/** The state of every capability at one moment. Never changed, only replaced whole, so that no request sees half of it. */
export interface CutoverSnapshot {
  readonly cutovers: Cutovers;
}

/** What requests are judged by, worked out once for each change. */
export function buildSnapshot(cutovers: Cutovers): CutoverSnapshot {
  return Object.freeze({ cutovers });
}

export function initialSnapshot(plan: Plan): CutoverSnapshot {
  return buildSnapshot(new Map(Object.keys(plan.capabilities).map((name) => [name, unmoved])));
}
