import type { Upstream, Upstreams } from '../../forwarding/upstream.ts';
import type { Plan } from '../../plan/plan.ts';
import { bodyOfCutover, type CutoverAccess, inForce } from '../cutovers/cutover-access.ts';
import { isReachable } from '../probes/is-reachable.ts';
import { preconditionsOf } from '../probes/preconditions.ts';
import type { Survey, SurveyCapability } from '../probes/survey.ts';
import type { CapabilityStatus, GatewayStatus } from './status-schema.ts';

export type LiveStatus = Pick<
  GatewayStatus,
  'state' | 'uptimeSeconds' | 'connections' | 'unanswered' | 'upgraded'
>;

export interface StatusDeps {
  readonly plan: Plan;
  readonly upstreams: Upstreams;
  readonly cutovers: CutoverAccess;
  readonly survey: SurveyCapability;
  readonly live: () => LiveStatus;
}

/** What is in force here, and what could be learned of the rest. It answers with the store and all services gone. */
export async function readStatus(deps: StatusDeps): Promise<GatewayStatus> {
  const { plan, upstreams, cutovers, survey, live } = deps;
  const names = Object.keys(plan.capabilities);
  const legacies = [...new Set([undefined, ...names].map((name) => upstreams.legacyOf(name)))];
  const [reachable, surveys] = await Promise.all([
    Promise.all(legacies.map(async (it) => [it, await isReachable(it)] as const)).then((all) => new Map(all)),
    Promise.all(names.map(async (name) => [name, await survey(name)] as const)),
  ]);
  const legacy = (upstream: Upstream) => ({
    url: upstream.origin,
    reachable: reachable.get(upstream) ?? false,
  });
  const { kind, up } = cutovers.keeper.store();
  return {
    ...live(),
    store: { kind, up },
    default: legacy(upstreams.legacyOf(undefined)),
    capabilities: surveys.map(([name, surveyed]) => ({
      name,
      ...bodyOfCutover(inForce(cutovers, name)),
      routes: (plan.capabilities[name]?.routes ?? []).map((route) => route.label),
      upstreams: {
        legacy: legacy(upstreams.legacyOf(name)),
        ...service(surveyed, upstreams.serviceOf(name)),
      },
      ...seam(surveyed),
      preconditions: [...preconditionsOf(surveyed)],
    })),
  };
}

function service(
  { service: readiness }: Survey,
  upstream: Upstream | undefined,
): Partial<CapabilityStatus['upstreams']> {
  if (readiness === undefined || upstream === undefined) return {};
  const { reachable, ready, detail } = readiness;
  return { service: { url: upstream.origin, reachable, ready, detail } };
}

function seam({ seam: answer }: Survey): Pick<CapabilityStatus, 'seam'> {
  if (answer === undefined) return {};
  return { seam: answer.ok ? { report: answer.report } : { fault: answer.message } };
}
