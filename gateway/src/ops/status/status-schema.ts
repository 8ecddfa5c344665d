import { z } from 'zod';
import { cutover, precondition, seamReport } from '../api/schemas.ts';

const upstreamStatus = z.object({ url: z.string(), reachable: z.boolean() });

/** A seam that could not be asked has no report, and the reason. */
const seamStatus = z.object({ report: seamReport.optional(), fault: z.string().optional() });

const capabilityStatus = cutover.extend({
  name: z.string(),
  routes: z.array(z.string()),
  upstreams: z.object({
    legacy: upstreamStatus,
    service: upstreamStatus.extend({ ready: z.boolean(), detail: z.string() }).optional(),
  }),
  seam: seamStatus.optional(),
  /** For stages past shadow. */
  preconditions: z.array(precondition),
});

/** What `GET /api/status` says, and what the CLI reads. */
export const gatewayStatus = z.object({
  state: z.enum(['serving', 'draining']),
  uptimeSeconds: z.number(),
  connections: z.number(),
  unanswered: z.number(),
  upgraded: z.number(),
  /** Where cutovers are kept. While it is down, the last good state rules. */
  store: z.object({ kind: z.string(), up: z.boolean() }),
  default: upstreamStatus,
  capabilities: z.array(capabilityStatus),
});
export type GatewayStatus = z.output<typeof gatewayStatus>;
export type CapabilityStatus = GatewayStatus['capabilities'][number];
