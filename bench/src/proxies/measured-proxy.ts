/**
 * What the bench needs to know of each proxy: its name, whether it can run here, and how it is started.
 * All do the same job: keep connections to the upstream open, tell it the client's address in X-Forwarded-For, -Proto
 * and -Host, and write no log of requests, but for the gateway, which runs as it comes.
 */
import type { ChildCommand } from '../process/children.ts';

export const proxyNames = [
  'direct',
  'express',
  'fastify',
  'gateway',
  'gateway-unlogged',
  'gateway-routes',
  'nginx',
  'haproxy',
] as const;
export type ProxyName = (typeof proxyNames)[number];

export interface StartContext {
  readonly upstreamPort: number;
  readonly port: number;
  /** A second free port, for proxies that also listen for operators. */
  readonly opsPort: number;
  /** A folder for its files, removed at the end. */
  readonly folder: string;
}

export interface MeasuredProxy {
  readonly name: ProxyName;
  readonly label: string;
  /** How it is set up, in one line: a comparison is as fair as its settings. */
  readonly settings: string;
  /** Its version; undefined where it isn't installed. */
  version(): Promise<string | undefined>;
  /** Writes what it needs and says how to run it; undefined for what runs already. */
  prepare(context: StartContext): Promise<ChildCommand | undefined>;
}
