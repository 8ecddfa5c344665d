import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { cohortKeys } from './cohort-keys.ts';
import { overlap, parseRoute, type RouteInput, type RoutePattern } from './route-pattern.ts';

/**
 * The plan: which capabilities a monolith has, which routes belong to each, and where they are served.
 * Every field has an effect, and every default leaves clients as they were.
 */

const upstreamUrl = z.string().transform((text, ctx) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    ctx.addIssue({ code: 'custom', message: 'must be an http:// or https:// URL' });
    return z.NEVER;
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    ctx.addIssue({
      code: 'custom',
      message: 'must be scheme, host and port alone: paths are forwarded as they came',
    });
    return z.NEVER;
  }
  return url.origin;
});

/** A page of somebody's: a path of its own, unlike an upstream's. */
const pageUrl = z.string().transform((text, ctx) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search + url.hash + url.username !== '') {
    ctx.addIssue({
      code: 'custom',
      message: 'must be an http:// or https:// URL without a query or a password',
    });
    return z.NEVER;
  }
  return url.href.replace(/\/+$/, '');
});

const pagePath = z.string().regex(/^\/[!-~]*$/, 'must be a path that begins with a slash');

const cidr = z.string().refine(isCidr, 'must be an IP address or a range such as 10.0.0.0/8');

const method = z.string().optional();

const routePattern = z
  .union(
    [
      z.string(),
      z.strictObject({ method, path: z.string() }),
      z.strictObject({ method, prefix: z.string() }),
    ],
    {
      error: 'must be "METHOD /path", { method, path } or { prefix }',
    },
  )
  .transform((input, ctx): RoutePattern => {
    const parsed = parseRoute(input as RouteInput);
    if (parsed.ok) return parsed.route;
    ctx.addIssue({ code: 'custom', message: parsed.fault });
    return z.NEVER;
  });

const milliseconds = z.int().min(1).max(86_400_000);
const bytes = z.int().min(0);

const replaySchema = z.strictObject({
  /** Whether legacy answers a GET or HEAD that the service failed to. */
  safe: z.boolean().default(true),
});

/** Without these an answer would be framed otherwise than its upstream framed it. */
const framingHeaders = ['content-length', 'transfer-encoding', 'connection', 'trailer'];

const droppableHeader = z
  .string()
  .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, 'must be the name of a header')
  .toLowerCase()
  .refine((name) => !framingHeaders.includes(name), 'frames the answer, and stays');

const capabilitySchema = z.strictObject({
  routes: z.array(routePattern).min(1),
  /** Where this capability's legacy side is, if it isn't the plan's default upstream. */
  legacy: upstreamUrl.optional(),
  /** The service that takes over. Until the capability moves, it is only asked whether it is there. */
  service: upstreamUrl.optional(),
  /** Larger request bodies are answered with 413. */
  maxBodyBytes: bytes.optional(),
  /** Request bodies that are larger than the service takes, or of unknown length, are answered by legacy. */
  serviceMaxBodyBytes: bytes.optional(),
  /** Headers of the service's answers that legacy's never had, such as those of the platform that it runs on. */
  dropServiceHeaders: z.array(droppableHeader).default([]),
  cohort: cohortKeys,
  /** Where the state of the data that both sides share is read and moved; see the seam protocol. */
  seam: pageUrl.optional(),
  /** A path of the service's that answers 200 when it may be sent traffic. Without it, it must take connections. */
  ready: pagePath.optional(),
  replay: replaySchema.prefault({}),
});

const timeoutsSchema = z.strictObject({
  connectMs: milliseconds.default(5_000),
  /** From the request's last byte to the answer's first. */
  firstByteMs: milliseconds.default(120_000),
  /** Between two parts of an answer's body; event streams and WebSockets may be silent for ever. */
  idleMs: milliseconds.default(120_000),
  /** How long a client may make no progress in sending its request or reading its answer. */
  clientMs: milliseconds.default(10_000),
  /** How long an idle client connection is kept; above the 60 s of common load balancers. */
  keepAliveMs: milliseconds.default(65_000),
});

const limitsSchema = z.strictObject({
  maxHeaderBytes: z.int().min(1_024).max(1_048_576).default(16_384),
  maxHeaderLines: z.int().min(1).default(1_000),
  maxUrlBytes: z.int().min(1).default(16_384),
  maxConnections: z.int().min(1).default(20_000),
  /** Requests that an upstream hasn't begun to answer. More are shed with 503. */
  maxUnanswered: z.int().min(1).default(4_096),
  maxBodyBytes: bytes.optional(),
});

export const planSchema = z
  .strictObject({
    /** The monolith. Whatever no capability claims goes here, untouched. */
    default: upstreamUrl,
    capabilities: z
      .record(z.string().regex(/^[a-z][a-z0-9-]*$/, 'capability names are kebab-case'), capabilitySchema)
      .default({}),
    trustedProxies: z.array(cidr).default([]),
    pathPolicy: z.enum(['pass', 'refuse']).default('pass'),
    timeouts: timeoutsSchema.prefault({}),
    limits: limitsSchema.prefault({}),
  })
  .superRefine((plan, ctx) => {
    for (const clash of clashes(plan.capabilities)) {
      ctx.addIssue({
        code: 'custom',
        path: ['capabilities', clash.capability, 'routes', clash.index],
        message: clash.message,
      });
    }
  });

export type Plan = z.output<typeof planSchema>;
export type PlanInput = z.input<typeof planSchema>;
export type CapabilityPlan = Plan['capabilities'][string];
export type CapabilityPlanInput = z.input<typeof capabilitySchema>;

/** Keys by place, for "did you mean". `*` stands for any capability's name. */
export const knownKeys: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(planSchema.shape),
  'capabilities.*': Object.keys(capabilitySchema.shape),
  'capabilities.*.replay': Object.keys(replaySchema.shape),
  timeouts: Object.keys(timeoutsSchema.shape),
  limits: Object.keys(limitsSchema.shape),
};

export function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function isCidr(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

interface Clash {
  readonly capability: string;
  readonly index: number;
  readonly message: string;
}

/** A request must belong to one capability at most, or its side would depend on the order in a file. */
function clashes(
  capabilities: Readonly<Record<string, { readonly routes: readonly RoutePattern[] }>>,
): Clash[] {
  const found: Clash[] = [];
  const earlier: { capability: string; route: RoutePattern }[] = [];
  for (const [capability, { routes }] of Object.entries(capabilities)) {
    for (const [index, route] of routes.entries()) {
      const other = earlier.find((e) => e.capability !== capability && overlap(e.route, route));
      if (other !== undefined) {
        const message = `"${route.label}" overlaps "${other.route.label}" of the capability ${other.capability}`;
        found.push({ capability, index, message });
      }
      earlier.push({ capability, route });
    }
  }
  return found;
}
