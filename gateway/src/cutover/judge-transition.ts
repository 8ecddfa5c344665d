import { type CutoverState, type Stage, stages } from './cutover.ts';

/** One thing that must hold before a service is sent traffic. */
export interface Precondition {
  readonly name: string;
  readonly met: boolean;
  /** What was found, for an operator to read. */
  readonly detail: string;
}

export interface TransitionFacts {
  /** Whether the plan says where the service is. Without that there is nothing to force traffic to. */
  readonly hasService: boolean;
  readonly preconditions: readonly Precondition[];
  /** Whether to go forward over preconditions that aren't met. */
  readonly force: boolean;
}

export type Judgement =
  | {
      readonly ok: true;
      /** Some precondition was overridden: for the audit log. */
      readonly forced: boolean;
    }
  | {
      readonly ok: false;
      /** Each by itself enough to refuse. */
      readonly reasons: readonly string[];
      /** Whether `force` would do. */
      readonly forceable: boolean;
    };

const granted: Judgement = Object.freeze({ ok: true, forced: false });

/**
 * Whether a cutover may go from one state to another. Pure: what it depends on was looked at before.
 *
 * Back to `legacy` is never refused, and never waits for a check: a rollback must work when nothing else does. Nor is anything
 * checked that advances neither stage nor percent. `retired` is entered from `live` alone and left never.
 */
export function judgeTransition(
  current: CutoverState,
  wanted: CutoverState,
  facts: TransitionFacts,
): Judgement {
  if (current.stage === 'retired') return refused('retired is final: legacy may be gone');
  if (wanted.stage === 'legacy') return granted;
  if (wanted.stage === 'shadow' && current.stage !== 'shadow') {
    return refused("shadow needs a shadow policy in the plan, which can't be given yet");
  }
  if (wanted.stage === 'retired' && current.stage !== 'live') {
    return refused(`retired is entered from live, and this is at ${current.stage}`);
  }
  if (!advances(current, wanted)) return granted;
  if (!facts.hasService) return refused('the plan names no service');
  const unmet = facts.preconditions.filter(({ met }) => !met);
  if (unmet.length === 0) return granted;
  if (facts.force) return { ok: true, forced: true };
  return { ok: false, reasons: unmet.map(({ name, detail }) => `${name}: ${detail}`), forceable: true };
}

/** Whether a change may send anyone to the service who is with legacy now. */
export function movesForward(current: CutoverState, wanted: CutoverState): boolean {
  return advances(current, wanted) || (servesSome(wanted.stage) && gainsCallers(current, wanted));
}

function advances(current: CutoverState, wanted: CutoverState): boolean {
  if (order(wanted.stage) > order(current.stage)) return true;
  return servesSome(wanted.stage) && wanted.rolloutPercent > current.rolloutPercent;
}

/** By the lists alone: someone more is allowed, or someone less is denied. */
function gainsCallers(current: CutoverState, wanted: CutoverState): boolean {
  return (
    wanted.allow.some((key) => !current.allow.includes(key)) ||
    current.deny.some((key) => !wanted.deny.includes(key))
  );
}

function servesSome(stage: Stage): boolean {
  return stage === 'rollout' || stage === 'live';
}

function order(stage: Stage): number {
  return stages.indexOf(stage);
}

function refused(reason: string): Judgement {
  return { ok: false, reasons: [reason], forceable: false };
}
