import { z } from 'zod';
import type { CutoverSnapshot } from '../cutover/cutover-snapshot.ts';
import type { Upstream, Upstreams } from '../forwarding/upstream.ts';
import type { Plan } from '../plan/plan.ts';
import { isReachable } from './probe.ts';

const upstreamStatus = z.object({ url: z.string(), reachable: z.boolean() });

/** What `GET /api/status` says, and what the CLI reads. */
export const gatewayStatus = z.object({
  state: z.enum(['serving', 'draining']),
  uptimeSeconds: z.number(),
  connections: z.number(),
  unanswered: z.number(),
  upgraded: z.number(),
  default: upstreamStatus,
  capabilities: z.array(
    z.object({
      name: z.string(),
      stage: z.string(),
      rolloutPercent: z.number(),
      version: z.number(),
      routes: z.array(z.string()),
      upstreams: z.object({ legacy: upstreamStatus, service: upstreamStatus.optional() }),
    }),
  ),
});
export type GatewayStatus = z.output<typeof gatewayStatus>;

export interface StatusDeps {
  readonly plan: Plan;
  readonly upstreams: Upstreams;
  readonly snapshot: () => CutoverSnapshot;
  readonly live: () => Pick<
    GatewayStatus,
    'state' | 'uptimeSeconds' | 'connections' | 'unanswered' | 'upgraded'
  >;
}

export async function readStatus({ plan, upstreams, snapshot, live }: StatusDeps): Promise<GatewayStatus> {
  const all = upstreams.all();
  const reachable = new Map(await Promise.all(all.map(async (it) => [it, await isReachable(it)] as const)));
  const say = (upstream: Upstream) => ({ url: upstream.origin, reachable: reachable.get(upstream) ?? false });
  const { cutovers } = snapshot();
  const capabilities = Object.entries(plan.capabilities).map(([name, { routes }]) => {
    const cutover = cutovers.get(name);
    const service = upstreams.serviceOf(name);
    return {
      name,
      stage: cutover?.stage ?? 'legacy',
      rolloutPercent: cutover?.rolloutPercent ?? 0,
      version: cutover?.version ?? 0,
      routes: routes.map((route) => route.label),
      upstreams: {
        legacy: say(upstreams.legacyOf(name)),
        ...(service === undefined ? {} : { service: say(service) }),
      },
    };
  });
  return { ...live(), default: say(upstreams.legacyOf(undefined)), capabilities };
}
