/** What is sent. Each scenario says who takes part and whom the others are compared with. */
import type { ProxyName } from './proxies/measured-proxy.ts';

export const scenarioNames = ['json', 'large', 'post', 'routes', 'half-load'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** What a browser's client sends with every request, besides Host: proxies are paid by the header. */
export const clientHeaders: Readonly<Record<string, string>> = {
  Accept: 'application/json',
  'Accept-Encoding': 'gzip, deflate, br',
  'Accept-Language': 'en-GB,en;q=0.9',
  'User-Agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  Authorization: `Bearer ${['header', 'claims', 'signature'].map((part) => part.padEnd(60, 'A')).join('.')}`,
};

export interface RequestShape {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

export interface Scenario {
  readonly name: ScenarioName;
  readonly title: string;
  readonly connections: number;
  /** Sent in turn, over and over. */
  readonly requests: readonly RequestShape[];
  readonly proxies: readonly ProxyName[];
  readonly base: ProxyName;
  /** Sends at half of what the gateway can do instead of as much as comes back. */
  readonly atHalfLoad?: true;
  readonly rounds: number;
  /** Fresh processes for so many parts of the rounds; 1 unless said otherwise. */
  readonly launches?: { readonly count: number; readonly of: readonly ProxyName[] };
  readonly secondsPerRound: number;
  /** Answered before the first round, and not counted: Node compiles what is hot, which takes many of them. */
  readonly warmUpRequests: number;
}

const everyProxy: readonly ProxyName[] = ['direct', 'express', 'fastify', 'gateway', 'nginx', 'haproxy'];

export const routeCount = 200;

/** The paths of the plan with many routes: one shape in each of four, so that matching has work to do. */
export function manyRoutePatterns(): string[] {
  const shapes = [
    (n: number) => `/api/section${n}`,
    (n: number) => `/api/section${n}/:id`,
    (n: number) => `/api/section${n}/:id/parts`,
    (n: number) => `/api/section${n}/:id/parts/:partId`,
  ];
  return Array.from({ length: routeCount / shapes.length }, (_, n) => shapes.map((shape) => shape(n))).flat();
}

const tenKilobytes = JSON.stringify({ note: 'a'.repeat(10_000) });

export const scenarios: readonly Scenario[] = [
  {
    name: 'json',
    title: '1 KB JSON, GET',
    connections: 32,
    requests: [{ method: 'GET', path: '/api/items/42' }],
    proxies: [...everyProxy, 'gateway-unlogged'],
    base: 'express',
    rounds: 18,
    // A process is a tenth faster or slower than the next one of the same program, by the luck of its layout and of what
    // was compiled when. Those that the floors judge are launched anew, so that no verdict hangs on one throw.
    launches: { count: 3, of: ['express', 'fastify', 'gateway'] },
    // Short, so that both sides of a pair meet the same machine: neighbours come and go within seconds.
    secondsPerRound: 1,
    warmUpRequests: 80_000,
  },
  {
    name: 'large',
    title: '64 KB answer, GET',
    connections: 32,
    requests: [{ method: 'GET', path: '/api/large/42' }],
    proxies: everyProxy,
    base: 'express',
    rounds: 3,
    secondsPerRound: 1,
    warmUpRequests: 8_000,
  },
  {
    name: 'post',
    title: '10 KB JSON body, POST',
    connections: 32,
    requests: [{ method: 'POST', path: '/api/items', body: tenKilobytes }],
    proxies: everyProxy,
    base: 'express',
    rounds: 3,
    secondsPerRound: 1,
    warmUpRequests: 8_000,
  },
  {
    name: 'routes',
    title: `1 KB JSON over ${routeCount} paths: none in the plan beside ${routeCount} routes in the plan`,
    connections: 32,
    requests: manyRoutePatterns().map((pattern) => ({
      method: 'GET',
      path: pattern.replace(':id', '42').replace(':partId', '7'),
    })),
    proxies: ['gateway', 'gateway-routes'],
    base: 'gateway',
    rounds: 3,
    secondsPerRound: 2,
    warmUpRequests: 80_000,
  },
  {
    name: 'half-load',
    title: '1 KB JSON, GET',
    connections: 64,
    requests: [{ method: 'GET', path: '/api/items/42' }],
    proxies: ['direct', 'gateway', 'haproxy'],
    base: 'direct',
    atHalfLoad: true,
    rounds: 3,
    secondsPerRound: 2,
    warmUpRequests: 8_000,
  },
];
