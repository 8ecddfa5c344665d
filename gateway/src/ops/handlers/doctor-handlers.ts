import type { Upstream, Upstreams } from '../../forwarding/upstream.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Operators } from '../access/operators.ts';
import type { DoctorCheck } from '../api/schemas.ts';
import { type CutoverAccess, inForce } from '../cutovers/cutover-access.ts';
import { checkCapability } from '../doctor/check-capability.ts';
import { checkOpsPort, checkSnapshotFile, checkTokens } from '../doctor/check-local.ts';
import { checkStore } from '../doctor/check-store.ts';
import { fail, ok } from '../doctor/checks.ts';
import type { OpsHandlers } from '../http/bind-routes.ts';
import { isReachable } from '../probes/is-reachable.ts';
import type { SurveyCapability } from '../probes/survey.ts';

export interface DoctorHandlersDeps {
  readonly plan: Plan;
  readonly upstreams: Upstreams;
  readonly cutovers: CutoverAccess;
  readonly survey: SurveyCapability;
  readonly operators: Pick<Operators, 'fault' | 'source'>;
  readonly host: string;
  readonly opsPort: () => number;
  readonly snapshotFile: string | undefined;
}

/** Looks at all that the gateway depends on, side by side. */
export function createDoctorHandlers(deps: DoctorHandlersDeps): Pick<OpsHandlers, 'examine'> {
  const { plan, upstreams, cutovers, survey, operators, host, opsPort, snapshotFile } = deps;

  async function checkLegacy(upstream: Upstream): Promise<DoctorCheck> {
    const title = 'legacy upstream';
    if (await isReachable(upstream)) return ok(title, `${upstream.origin} takes connections`);
    return fail(
      title,
      `${upstream.origin} takes no connections`,
      'Clients get 502 for what it serves: start it.',
    );
  }

  return {
    async examine() {
      const names = Object.keys(plan.capabilities);
      const legacies = new Set([undefined, ...names].map((name) => upstreams.legacyOf(name)));
      const [store, legacy, capabilities] = await Promise.all([
        checkStore(cutovers),
        Promise.all([...legacies].map(checkLegacy)),
        Promise.all(
          names.map(async (name) => checkCapability(name, inForce(cutovers, name), await survey(name))),
        ),
      ]);
      const checks = [
        ...legacy,
        ...capabilities.flat(),
        store,
        checkSnapshotFile(snapshotFile, Date.now()),
        checkTokens(operators),
        checkOpsPort(host, opsPort()),
      ];
      return { healthy: checks.every(({ verdict }) => verdict !== 'fail'), checks };
    },
  };
}
