import type { CutoverState } from '../../cutover/cutover.ts';
import { judgeTransition, movesForward } from '../../cutover/judge-transition.ts';
import { OpsError } from '../api/ops-error.ts';
import { preconditionsOf } from '../probes/preconditions.ts';
import type { SurveyCapability } from '../probes/survey.ts';
import type { ChangeOrder } from './order-change.ts';

export type JudgeChange = (capability: string, force: boolean) => ChangeOrder['judge'];

/** Services and seams are asked for what sends them callers, and for nothing else: the way back waits for nobody. */
export function createJudgeChange(survey: SurveyCapability): JudgeChange {
  return (capability, force) => async (current, wanted) => {
    const facts = forward(current, wanted)
      ? await survey(capability)
      : { service: undefined, seam: undefined };
    const judgement = judgeTransition(current, wanted, {
      hasService: facts.service !== undefined,
      preconditions: preconditionsOf(facts),
      force,
    });
    if (judgement.ok) return { forced: judgement.forced };
    const { reasons, forceable } = judgement;
    const place = `${capability} stays at ${stageText(current)}`;
    throw new OpsError('refused', forceable ? `${place}, unless forced:` : `${place}:`, { reasons });
  };
}

function forward(current: CutoverState, wanted: CutoverState): boolean {
  return wanted.stage !== 'legacy' && movesForward(current, wanted);
}

function stageText({ stage, rolloutPercent }: CutoverState): string {
  return stage === 'rollout' ? `rollout, ${rolloutPercent} %` : stage;
}
