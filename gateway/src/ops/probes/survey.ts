import type { Upstreams } from '../../forwarding/upstream.ts';
import type { Plan } from '../../plan/plan.ts';
import type { SeamAnswer, SeamClient } from '../seams/seam-client.ts';
import { type Readiness, readReadiness } from './service-readiness.ts';

/** What could be learned of a capability's service and seam just now. */
export interface Survey {
  /** None where the plan names no service. */
  readonly service: Readiness | undefined;
  /** None where the plan names no seam. */
  readonly seam: SeamAnswer | undefined;
}

export interface SurveyDeps {
  readonly plan: Plan;
  readonly upstreams: Pick<Upstreams, 'serviceOf'>;
  readonly seams: SeamClient;
}

export type SurveyCapability = (name: string) => Promise<Survey>;

/** Asks side by side, each in bounded time. Never rejects. */
export function createSurvey({ plan, upstreams, seams }: SurveyDeps): SurveyCapability {
  return async (name) => {
    const capability = plan.capabilities[name];
    const upstream = upstreams.serviceOf(name);
    const [service, seam] = await Promise.all([
      upstream === undefined ? undefined : readReadiness(upstream, capability?.ready),
      capability?.seam === undefined ? undefined : seams.read(capability.seam),
    ]);
    return { service, seam };
  };
}
