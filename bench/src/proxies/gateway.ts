/** The product, by its public command and with its defaults unless its label says otherwise. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { manyRoutePatterns, routeCount } from '../scenarios.ts';
import type { MeasuredProxy, ProxyName } from './measured-proxy.ts';

const root = path.join(import.meta.dirname, '../../../gateway');

async function gatewayVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

interface Variant {
  readonly name: ProxyName;
  readonly label: string;
  readonly settings: string;
  readonly routes: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

function createGateway({ name, label, settings, routes, environment = {} }: Variant): MeasuredProxy {
  return {
    name,
    label,
    settings,
    version: gatewayVersion,
    async prepare({ upstreamPort, port, opsPort, folder }) {
      const file = path.join(folder, 'plan.json');
      const plan = { default: `http://127.0.0.1:${upstreamPort}`, capabilities: { bench: { routes } } };
      await writeFile(file, JSON.stringify(plan));
      const program = path.join(root, 'bin/banyan-gateway.js');
      const ports = ['--port', String(port), '--ops-port', String(opsPort)];
      return { command: process.execPath, args: [program, '--plan', file, ...ports], environment };
    },
  };
}

/** All that the scenarios send is in this plan, so that matching, identifying and choosing are paid for. */
const fewRoutes = ['GET /api/items/:id', 'GET /api/large/:id', 'POST /api/items'];

export const gateway = createGateway({
  name: 'gateway',
  label: 'banyan gateway',
  settings: `as it comes: a log line for each request, metrics; a plan of ${fewRoutes.length} routes, all at legacy`,
  routes: fewRoutes,
});

export const gatewayUnlogged = createGateway({
  name: 'gateway-unlogged',
  label: 'banyan gateway, no log',
  settings: 'as above, without the log line, as its peers are',
  routes: fewRoutes,
  environment: { ACCESS_LOG: 'off' },
});

export const gatewayWithManyRoutes = createGateway({
  name: 'gateway-routes',
  label: `banyan gateway, ${routeCount} routes`,
  settings: `as it comes; a plan of ${routeCount} routes, all at legacy`,
  routes: manyRoutePatterns().map((pattern) => `GET ${pattern}`),
});
