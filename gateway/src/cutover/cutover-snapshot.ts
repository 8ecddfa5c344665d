import type { Plan } from '../plan/plan.ts';

/** Where a capability is on its way out of the monolith. Every capability is at `legacy` until it is moved. */
export type Stage = 'legacy';

export interface Cutover {
  readonly stage: Stage;
  /** 0–100, to 0.01. */
  readonly rolloutPercent: number;
  /** Grows by one with each change. */
  readonly version: number;
}

/** The state of every capability at one moment. Never changed, only replaced whole, so that no request sees half of it. */
export interface CutoverSnapshot {
  readonly cutovers: ReadonlyMap<string, Cutover>;
}

const unmoved: Cutover = Object.freeze({ stage: 'legacy', rolloutPercent: 0, version: 0 });

export function initialSnapshot(plan: Plan): CutoverSnapshot {
  return Object.freeze({ cutovers: new Map(Object.keys(plan.capabilities).map((name) => [name, unmoved])) });
}
