/** The product, by its public command and with its defaults, under two plans. */
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

function createGateway(name: ProxyName, label: string, routes: readonly string[]): MeasuredProxy {
  return {
    name,
    label,
    settings: `its defaults, a plan with ${routes.length} routes, all at legacy`,
    version: gatewayVersion,
    async prepare({ upstreamPort, port, opsPort, folder }) {
      const file = path.join(folder, 'plan.json');
      const plan = { default: `http://127.0.0.1:${upstreamPort}`, capabilities: { bench: { routes } } };
      await writeFile(file, JSON.stringify(plan));
      const program = path.join(root, 'bin/banyan-gateway.js');
      const ports = ['--port', String(port), '--ops-port', String(opsPort)];
      return { command: process.execPath, args: [program, '--plan', file, ...ports] };
    },
  };
}

/** All that the scenarios send is in this plan, so that matching, identifying and choosing are paid for. */
export const gateway = createGateway('gateway', 'banyan gateway', [
  'GET /api/items/:id',
  'GET /api/large/:id',
  'POST /api/items',
]);

export const gatewayWithManyRoutes = createGateway(
  'gateway-routes',
  `banyan gateway, ${routeCount} routes`,
  manyRoutePatterns().map((pattern) => `GET ${pattern}`),
);
