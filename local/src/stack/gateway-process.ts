import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { routes } from '@banyan/contracts';
import { planFromContracts } from '@banyan/gateway';
import type { ProcessSpec } from '../processes/supervise.ts';
import type { DataFolder } from './data-folder.ts';
import type { Stack, StackOptions } from './stack.ts';

const program = fileURLToPath(new URL('../../../gateway/bin/banyan-gateway.js', import.meta.url));

/** Runs the gateway as other teams do: from a plan file, here written from the contracts. */
export async function gatewayProcess(
  folder: DataFolder,
  options: StackOptions,
  urls: Stack['urls'],
): Promise<ProcessSpec> {
  const planFile = folder.path('gateway-plan.json');
  await writeFile(
    planFile,
    `${JSON.stringify(planFromContracts(routes, { legacy: urls.monolith }), null, 2)}\n`,
  );
  return {
    name: 'gateway',
    args: [program, '--plan', planFile],
    env: {
      GATEWAY_HOST: '127.0.0.1',
      OPS_HOST: '127.0.0.1',
      GATEWAY_PORT: String(options.ports.gateway),
      OPS_PORT: String(options.ports.ops),
      ...options.environment?.gateway,
    },
    readyUrl: `${urls.ops}/readyz`,
    logFile: folder.path('logs', 'gateway.log'),
  };
}
