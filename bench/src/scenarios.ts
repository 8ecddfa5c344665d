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
  readonly secondsPerRound: number;
  /** Answered before the first round, and not counted: Node compiles what is hot, which takes many of them. */
  readonly warmUpRequests: number;
  /** Of load before each round that doesn't count: a proxy has been idle while the others were measured. */
  readonly leadInSeconds: number;
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
    rounds: 5,
    secondsPerRound: 2,
    warmUpRequests: 80_000,
    leadInSeconds: 1,
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
    leadInSeconds: 0,
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
    leadInSeconds: 0,
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
    leadInSeconds: 0,
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
    leadInSeconds: 0,
  },
];
