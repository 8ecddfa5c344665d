import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import type { Plan } from '../plan/plan.ts';

/** A server that the gateway forwards to, with the connections it keeps to it. */
export interface Upstream {
  readonly origin: string;
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  /** The name that a certificate must prove: the upstream's own, not the one in the client's Host header. */
  readonly servername: string;
  /** Host and port, as a Host header has them. */
  readonly authority: string;
  /** For requests with a body. */
  readonly agent: HttpAgent;
  close(): void;
}

const keptIdleMs = 4_000;

/**
 * Connections are not capped: an event stream holds one for hours, and a cap would let a few of them starve the rest.
 * What bounds them is the number of client connections and unanswered requests.
 */
export function openUpstream(origin: string): Upstream {
  const url = new URL(origin);
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const options = { keepAlive: true, maxFreeSockets: 256, timeout: keptIdleMs, scheduling: 'lifo' } as const;
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
  return {
    origin,
    hostname,
    port: Number(url.port) || (secure ? 443 : 80),
    secure,
    servername: isIP(hostname) === 0 ? hostname : '',
    authority: url.host,
    agent,
    close: () => agent.destroy(),
  };
}

export const upstreamMaxHeaderBytes = 65_536;

/** Every upstream that the plan names, each opened once even where several capabilities share it. */
export interface Upstreams {
  readonly legacyOf: (capability: string | undefined) => Upstream;
  readonly serviceOf: (capability: string) => Upstream | undefined;
  readonly all: () => readonly Upstream[];
}

export function openUpstreams(plan: Plan): Upstreams {
  const byOrigin = new Map<string, Upstream>();
  const open = (origin: string): Upstream => {
    const known = byOrigin.get(origin);
    if (known !== undefined) return known;
    const upstream = openUpstream(origin);
    byOrigin.set(origin, upstream);
    return upstream;
  };
  const fallback = open(plan.default);
  const legacy = new Map<string, Upstream>();
  const service = new Map<string, Upstream>();
  for (const [name, capability] of Object.entries(plan.capabilities)) {
    legacy.set(name, open(capability.legacy ?? plan.default));
    if (capability.service !== undefined) service.set(name, open(capability.service));
  }
  return {
    legacyOf: (capability) => (capability === undefined ? fallback : (legacy.get(capability) ?? fallback)),
    serviceOf: (capability) => service.get(capability),
    all: () => [...byOrigin.values()],
  };
}
