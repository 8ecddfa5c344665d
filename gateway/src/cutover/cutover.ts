/** How far a capability is on its way out of the monolith, in order. */
export const stages = ['legacy', 'shadow', 'rollout', 'live', 'retired'] as const;
export type Stage = (typeof stages)[number];

/** What decides where a capability's requests go. */
export interface CutoverState {
  readonly stage: Stage;
  /** 0–100, to 0.01: 0 at legacy and shadow, 100 at live and retired. */
  readonly rolloutPercent: number;
  /** Cohort keys that the service answers, whatever the percent. */
  readonly allow: readonly string[];
  /** Cohort keys that legacy answers, whatever the percent. */
  readonly deny: readonly string[];
}

/** A capability's moving state, changed by operators. Never changed in place: each change makes a new one. */
export interface Cutover extends CutoverState {
  /** Grows by one with each change; 0 means never changed. */
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly changedAt?: string;
  readonly changedBy?: string;
  readonly why?: string;
  /**
   * Why the store's own state makes no sense to this gateway (a newer one's stage, a damaged row). The last state that did
   * rules then, under the store's version, so that a change can still put it right.
   */
  readonly unreadable?: string;
}

/** By capability. A capability that it does not name was never changed. */
export type Cutovers = ReadonlyMap<string, Cutover>;

export type ChangeKind = 'stage' | 'rollout' | 'rollback' | 'allow' | 'deny' | 'revert';

/** One line of the audit log. */
export interface CutoverChange {
  readonly id: string;
  readonly capability: string;
  /** The version that the change made. */
  readonly version: number;
  readonly kind: ChangeKind;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by: string;
  readonly why: string;
  /** Whether preconditions were overridden. */
  readonly forced: boolean;
  /** The id of the change whose state was brought back. */
  readonly reverts?: string;
  readonly from: CutoverState;
  readonly to: CutoverState;
}

/** Where every capability begins: all of it answered by legacy. */
export const unmoved: Cutover = Object.freeze({
  stage: 'legacy',
  rolloutPercent: 0,
  allow: Object.freeze([]),
  deny: Object.freeze([]),
  version: 0,
});

export function stateOf({ stage, rolloutPercent, allow, deny }: CutoverState): CutoverState {
  return { stage, rolloutPercent, allow, deny };
}

/** A state as a log may have it: the lists name callers, so that only their lengths are in it. */
export function stateForLog({ stage, rolloutPercent, allow, deny }: CutoverState) {
  return { stage, rolloutPercent, allowed: allow.length, denied: deny.length };
}
