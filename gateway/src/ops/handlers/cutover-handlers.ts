import type { CutoverState } from '../../cutover/cutover.ts';
import type { Plan } from '../../plan/plan.ts';
import type { ChangeAnswer } from '../api/schemas.ts';
import type { CutoverAccess } from '../cutovers/cutover-access.ts';
import type { JudgeChange } from '../cutovers/judge-change.ts';
import { orderChange } from '../cutovers/order-change.ts';
import { atPercent, atStage, withKeys } from '../cutovers/wanted-state.ts';
import type { OpsHandlers } from '../http/bind-routes.ts';
import { requireCapability } from '../require-capability.ts';

export interface CutoverHandlersDeps {
  readonly plan: Plan;
  readonly cutovers: CutoverAccess;
  readonly judge: JudgeChange;
}

type CutoverHandlers = Pick<OpsHandlers, 'setStage' | 'setRollout' | 'allow' | 'deny'>;

interface Forward {
  readonly params: { readonly name: string };
  readonly operator: { readonly name: string };
  readonly body: {
    readonly why: string;
    readonly force?: boolean;
    readonly expectedVersion?: number | undefined;
  };
}

export function createCutoverHandlers({ plan, cutovers, judge }: CutoverHandlersDeps): CutoverHandlers {
  async function order(
    kind: 'stage' | 'rollout' | 'allow' | 'deny',
    { params, operator, body }: Forward,
    wanted: (current: CutoverState) => CutoverState,
  ): Promise<ChangeAnswer> {
    requireCapability(plan, params.name);
    return orderChange(cutovers, {
      ...{ capability: params.name, kind, by: operator.name, why: body.why },
      expectedVersion: body.expectedVersion,
      wanted,
      judge: judge(params.name, body.force ?? false),
    });
  }

  return {
    setStage: (request) => order('stage', request, (current) => atStage(current, request.body.stage)),
    setRollout: (request) => order('rollout', request, (current) => atPercent(current, request.body.percent)),
    allow: (request) =>
      order('allow', request, (current) =>
        withKeys(current, 'allow', request.body.keys, request.body.remove),
      ),
    deny: (request) =>
      order('deny', request, (current) => withKeys(current, 'deny', request.body.keys, request.body.remove)),
  };
}
