import type { Plan } from '../plan/plan.ts';
import type { RoutePattern } from '../plan/route-pattern.ts';

/** A route with what the hot path needs of it, made once. */
export interface RouteEntry {
  readonly capability: string;
  readonly pattern: RoutePattern;
  readonly maxBodyBytes: number;
  readonly serviceMaxBodyBytes: number;
  /** Whether the plan says where the service is. */
  readonly hasService: boolean;
  /** In lower case; empty for most. */
  readonly dropServiceHeaders: readonly string[];
  /** Whether legacy answers safe requests that the service failed to. */
  readonly replaysSafe: boolean;
}

/** Immutable; replaced whole. Routes stand in the plan's order, in which Express would try them. */
export interface RouteTable {
  /** By method; `*` for methods that no route names. */
  readonly byMethod: ReadonlyMap<string, readonly RouteEntry[]>;
}

export function buildRouteTable(plan: Plan): RouteTable {
  const entries: RouteEntry[] = [];
  for (const [capability, policy] of Object.entries(plan.capabilities)) {
    const shared = {
      capability,
      maxBodyBytes: policy.maxBodyBytes ?? plan.limits.maxBodyBytes ?? Number.POSITIVE_INFINITY,
      serviceMaxBodyBytes: policy.serviceMaxBodyBytes ?? Number.POSITIVE_INFINITY,
      hasService: policy.service !== undefined,
      dropServiceHeaders: policy.dropServiceHeaders,
      replaysSafe: policy.replay.safe,
    };
    for (const pattern of policy.routes) entries.push({ ...shared, pattern });
  }
  const methods = new Set(entries.map((entry) => entry.pattern.method));
  // Express answers HEAD by the GET routes, so that HEAD has a list even where no route names it.
  methods.add('*').add('HEAD');
  const byMethod = new Map<string, readonly RouteEntry[]>();
  for (const method of methods)
    byMethod.set(
      method,
      entries.filter((entry) => takes(entry.pattern.method, method)),
    );
  return { byMethod };
}

function takes(routeMethod: string, method: string): boolean {
  return routeMethod === method || routeMethod === '*' || (method === 'HEAD' && routeMethod === 'GET');
}
