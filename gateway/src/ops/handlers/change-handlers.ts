import type { CutoverChange } from '../../cutover/cutover.ts';
import type { Plan } from '../../plan/plan.ts';
import { OpsError } from '../api/ops-error.ts';
import { asked, bodyOfState, type CutoverAccess } from '../cutovers/cutover-access.ts';
import type { JudgeChange } from '../cutovers/judge-change.ts';
import { orderChange } from '../cutovers/order-change.ts';
import type { OpsHandlers } from '../http/bind-routes.ts';
import { requireCapability } from '../require-capability.ts';

export interface ChangeHandlersDeps {
  readonly plan: Plan;
  readonly cutovers: CutoverAccess;
  readonly judge: JudgeChange;
}

/** The audit log, and the way back along it. */
export function createChangeHandlers({
  plan,
  cutovers,
  judge,
}: ChangeHandlersDeps): Pick<OpsHandlers, 'listChanges' | 'readChange' | 'revertChange'> {
  async function requireChange(id: string): Promise<CutoverChange> {
    const [change] = await asked(cutovers.store.history({ id, limit: 1 }));
    if (change === undefined) throw new OpsError('not-found', `There is no change ${JSON.stringify(id)}.`);
    return change;
  }

  return {
    async listChanges({ query: { capability, limit, before } }) {
      if (capability !== undefined) requireCapability(plan, capability);
      const changes = await asked(
        cutovers.store.history({
          limit,
          ...(capability === undefined ? {} : { capability }),
          ...(before === undefined ? {} : { before }),
        }),
      );
      return { changes: changes.map(bodyOfChange) };
    },
    readChange: async ({ params }) => ({ change: bodyOfChange(await requireChange(params.id)) }),
    async revertChange({ params, operator, body }) {
      const change = await requireChange(params.id);
      requireCapability(plan, change.capability);
      return orderChange(cutovers, {
        ...{ capability: change.capability, kind: 'revert', by: operator.name, why: body.why },
        expectedVersion: body.expectedVersion,
        reverts: change.id,
        wanted: () => change.from,
        judge: judge(change.capability, body.force),
      });
    },
  };
}

function bodyOfChange(change: CutoverChange) {
  return { ...change, from: bodyOfState(change.from), to: bodyOfState(change.to) };
}
