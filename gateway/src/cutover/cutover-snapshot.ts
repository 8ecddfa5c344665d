import type { Plan } from '../plan/plan.ts';
import { type Choice, choices } from './choose-upstream.ts';
import { cohortCount, cohortSeed, thresholdOf } from './cohort.ts';
import { type Cutover, type Cutovers, type Stage, unmoved } from './cutover.ts';

export type { Cutover, Stage } from './cutover.ts';

/** The state of every capability at one moment. Never changed, only replaced whole, so that no request sees half of it. */
export interface CutoverSnapshot {
  readonly cutovers: Cutovers;
  /** The same, in the form that requests are judged by. */
  readonly routed: ReadonlyMap<string, RoutedCutover>;
}

/** A cutover with what the hot path needs of it, worked out once for each change. */
export interface RoutedCutover {
  readonly capability: string;
  readonly stage: Stage;
  readonly rolloutPercent: number;
  readonly version: number;
  /** What everyone gets, where nothing of a request matters. */
  readonly settled: Choice | undefined;
  /** What a request gets that no override and no list pins, unless the cutover splits. */
  readonly unpinned: Choice;
  /** Whether it matters who asks. */
  readonly readsKey: boolean;
  readonly allow: ReadonlySet<string>;
  readonly deny: ReadonlySet<string>;
  /** Whether some cohorts go to one side and some to the other. */
  readonly splits: boolean;
  /** Cohorts below it go to the service. */
  readonly threshold: number;
  readonly seed: number;
}

export function buildSnapshot(cutovers: Cutovers): CutoverSnapshot {
  const routed = new Map<string, RoutedCutover>();
  for (const [capability, cutover] of cutovers) routed.set(capability, routedCutover(capability, cutover));
  return Object.freeze({ cutovers, routed });
}

export function initialSnapshot(plan: Plan): CutoverSnapshot {
  return buildSnapshot(new Map(Object.keys(plan.capabilities).map((name) => [name, unmoved])));
}

export function routedCutover(capability: string, cutover: Cutover): RoutedCutover {
  const { stage, rolloutPercent, version, allow, deny } = cutover;
  const threshold = thresholdOf(rolloutPercent);
  const splits = stage === 'rollout' && threshold > 0 && threshold < cohortCount;
  const listed = (stage === 'rollout' || stage === 'live') && allow.length + deny.length > 0;
  return Object.freeze({
    capability,
    stage,
    rolloutPercent,
    version,
    settled: settledAt[stage],
    unpinned:
      stage === 'rollout'
        ? choices.cohort[threshold === cohortCount ? 'service' : 'legacy']
        : unpinnedAt[stage],
    readsKey: splits || listed,
    allow: new Set(allow),
    deny: new Set(deny),
    splits,
    threshold,
    seed: cohortSeed(capability),
  });
}

/** `legacy` brings everyone back, and from `retired` nobody can come back: neither knows exceptions. */
const settledAt: Readonly<Record<Stage, Choice | undefined>> = {
  legacy: choices.legacyStage,
  shadow: undefined,
  rollout: undefined,
  live: undefined,
  retired: choices.serviceStage,
};

const unpinnedAt: Readonly<Record<Exclude<Stage, 'rollout'>, Choice>> = {
  legacy: choices.legacyStage,
  shadow: choices.legacyStage,
  live: choices.serviceStage,
  retired: choices.serviceStage,
};
