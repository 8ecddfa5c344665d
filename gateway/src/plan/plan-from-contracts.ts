import type { CapabilityPlanInput, PlanInput } from './plan.ts';

/** What a plan needs to know of a contract's route, so that any contracts package will do. */
export interface ContractRoute {
  /** `none` for what stays with the monolith. */
  readonly capability: string;
  readonly method: string;
  /** In Express's syntax: `/api/images/:id`. */
  readonly path: string;
}

export interface ContractUpstreams {
  /** The monolith's URL. */
  readonly legacy: string;
  /** Service URLs by capability. */
  readonly services?: Readonly<Record<string, string>>;
  /** What else the plan says of capabilities, which no contract knows. */
  readonly policies?: Readonly<Record<string, CapabilityPolicy>>;
}

export type CapabilityPolicy = Omit<CapabilityPlanInput, 'routes' | 'service'>;

/** Takes routes from where they are declared, so that a plan can't disagree with the application. */
export function planFromContracts(
  routes: Readonly<Record<string, ContractRoute>> | readonly ContractRoute[],
  upstreams: ContractUpstreams,
): PlanInput {
  const capabilities: NonNullable<PlanInput['capabilities']> = {};
  for (const { capability, method, path } of Object.values(routes)) {
    if (capability === 'none') continue;
    const entry = capabilities[capability] ?? capabilityOf(capability, upstreams);
    capabilities[capability] = entry;
    entry.routes.push(`${method} ${path}`);
  }
  return { default: upstreams.legacy, capabilities };
}

function capabilityOf(name: string, { services, policies }: ContractUpstreams): CapabilityPlanInput {
  const service = services?.[name];
  return { routes: [], ...(service === undefined ? {} : { service }), ...policies?.[name] };
}
