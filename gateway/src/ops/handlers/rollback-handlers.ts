import type { Plan } from '../../plan/plan.ts';
import { OpsError } from '../api/ops-error.ts';
import type { ChangeAnswer } from '../api/schemas.ts';
import { type CutoverAccess, inForce } from '../cutovers/cutover-access.ts';
import { orderChange } from '../cutovers/order-change.ts';
import { atStage } from '../cutovers/wanted-state.ts';
import type { OpsHandlers } from '../http/bind-routes.ts';
import { requireCapability } from '../require-capability.ts';

export interface RollbackHandlersDeps {
  readonly plan: Plan;
  readonly cutovers: CutoverAccess;
}

/** Nothing but the store is asked on the way back to legacy: what else is broken is likely to be the reason for it. */
export function createRollbackHandlers({
  plan,
  cutovers,
}: RollbackHandlersDeps): Pick<OpsHandlers, 'rollBack' | 'rollBackAll'> {
  function rollBack(capability: string, by: string, why: string): Promise<ChangeAnswer> {
    return orderChange(cutovers, {
      ...{ capability, kind: 'rollback', by, why },
      wanted: (current) => atStage(current, 'legacy'),
      judge: async ({ stage }) => {
        if (stage !== 'retired') return { forced: false };
        throw new OpsError('refused', `${capability} is retired: there is no legacy to go back to.`);
      },
    });
  }

  return {
    rollBack: async ({ params, operator, body }) => {
      requireCapability(plan, params.name);
      return rollBack(params.name, operator.name, body.why);
    },
    async rollBackAll({ operator, body }) {
      const names = Object.keys(plan.capabilities).filter((it) => inForce(cutovers, it).stage !== 'retired');
      const outcomes = await Promise.all(
        names.map(async (capability) => {
          try {
            return { ok: true, answer: await rollBack(capability, operator.name, body.why) } as const;
          } catch (error) {
            // One that fails keeps none of the others where it is.
            if (error instanceof OpsError) return { ok: false, capability, error } as const;
            throw error;
          }
        }),
      );
      const failed = outcomes.filter((it) => !it.ok);
      const [first] = failed;
      if (first !== undefined && failed.length === outcomes.length) throw first.error;
      return {
        results: outcomes.filter((it) => it.ok).map(({ answer }) => answer),
        failed: failed.map(({ capability, error }) => ({ capability, message: error.message })),
      };
    },
  };
}
