import type { RoutedCutover } from './cutover-snapshot.ts';

export type Side = 'legacy' | 'service';

export type Reason =
  /** No capability claims the path. */
  | 'no-capability'
  /** The stage alone decides. */
  | 'stage'
  /** The body is more than the service takes, or of unknown length. */
  | 'too-large'
  /** A tester pinned the capability to a side. */
  | 'override'
  | 'denied'
  | 'allowed'
  /** The caller's bucket is below the rollout, or isn't. */
  | 'cohort';

export interface Choice {
  readonly side: Side;
  readonly reason: Reason;
}

/** Every choice there is, each made once: the hot path compares and remembers them by identity. */
export const choices = Object.freeze({
  unclaimed: choice('legacy', 'no-capability'),
  legacyStage: choice('legacy', 'stage'),
  serviceStage: choice('service', 'stage'),
  tooLarge: choice('legacy', 'too-large'),
  override: Object.freeze({ legacy: choice('legacy', 'override'), service: choice('service', 'override') }),
  denied: choice('legacy', 'denied'),
  allowed: choice('service', 'allowed'),
  cohort: Object.freeze({ legacy: choice('legacy', 'cohort'), service: choice('service', 'cohort') }),
});

function choice(side: Side, reason: Reason): Choice {
  return Object.freeze({ side, reason });
}

/** Reads of a request what a choice may depend on. Each is asked only if it matters, since each costs something. */
export interface RequestFacts<R> {
  isTooLarge(request: R): boolean;
  /** The side that a valid override names for the request's capability. */
  override(request: R): Side | undefined;
  /** Who asks, by the first of the plan's cohort keys that the request has. */
  cohortKey(request: R): string | undefined;
  /** The bucket of that key, 0–9999. */
  cohort(request: R, key: string): number;
}

/**
 * The side that answers a request, and why. Pure: the same cutover and facts always give the same choice. Allocates nothing;
 * at `legacy` it asks nothing either, so that a rollback brings everyone back at once, whoever they are.
 */
export function chooseUpstream<R>(cutover: RoutedCutover, request: R, facts: RequestFacts<R>): Choice {
  if (cutover.settled !== undefined) return cutover.settled;
  if (facts.isTooLarge(request)) return choices.tooLarge;
  const pinned = facts.override(request);
  if (pinned !== undefined) return choices.override[pinned];
  if (!cutover.readsKey) return cutover.unpinned;
  const key = facts.cohortKey(request);
  // Nobody in particular has no stable bucket, and stays where everybody comes from until the rollout is whole.
  if (key === undefined) return cutover.unpinned;
  if (cutover.deny.has(key)) return choices.denied;
  if (cutover.allow.has(key)) return choices.allowed;
  if (!cutover.splits) return cutover.unpinned;
  return facts.cohort(request, key) < cutover.threshold ? choices.cohort.service : choices.cohort.legacy;
}
