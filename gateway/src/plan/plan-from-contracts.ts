import type { PlanInput } from './plan.ts';

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
}

/** Takes routes from where they are declared, so that a plan can't disagree with the application. */
export function planFromContracts(
  routes: Readonly<Record<string, ContractRoute>> | readonly ContractRoute[],
  upstreams: ContractUpstreams,
): PlanInput {
  const capabilities: NonNullable<PlanInput['capabilities']> = {};
  for (const { capability, method, path } of Object.values(routes)) {
    if (capability === 'none') continue;
    const service = upstreams.services?.[capability];
    const entry = capabilities[capability] ?? { routes: [], ...(service === undefined ? {} : { service }) };
    capabilities[capability] = entry;
    entry.routes.push(`${method} ${path}`);
  }
  return { default: upstreams.legacy, capabilities };
}
