import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { routes } from '@banyan/contracts';
import { type PlanInput, planFromContracts } from '@banyan/gateway';
import type { ProcessSpec } from '../processes/supervise.ts';
import { authPaths } from './auth-functions.ts';
import type { DataFolder } from './data-folder.ts';
import { urlAs } from './database-urls.ts';
import type { Stack, StackOptions } from './stack.ts';

const program = fileURLToPath(new URL('../../../gateway/bin/banyan-gateway.js', import.meta.url));

/**
 * Of a request's body: Lambda takes 6 MB of JSON, in which every three bytes of a body that is no text are four, and
 * headers need room beside it.
 */
const serviceMaxBodyBytes = 4_400_000;

/** Runs the gateway as other teams do: from a plan file, here written from the contracts. */
export async function gatewayProcess(
  folder: DataFolder,
  options: StackOptions,
  urls: Stack['urls'],
): Promise<ProcessSpec> {
  const planFile = folder.path('gateway-plan.json');
  await writeFile(planFile, `${JSON.stringify(planOf(urls), null, 2)}\n`);
  return {
    name: 'gateway',
    args: [program, '--plan', planFile],
    env: {
      GATEWAY_HOST: '127.0.0.1',
      OPS_HOST: '127.0.0.1',
      GATEWAY_PORT: String(options.ports.gateway),
      OPS_PORT: String(options.ports.ops),
      // Where the command line looks for the operator's token.
      BANYAN_DATA_DIR: folder.dir,
      CUTOVER_DATABASE_URL: urlAs('gateway', urls.database),
      CUTOVER_SNAPSHOT_FILE: folder.path('gateway-cutovers.json'),
      SEAM_TOKEN: folder.secrets.seamToken,
      ...options.environment?.gateway,
    },
    readyUrl: `${urls.ops}/readyz`,
    logFile: folder.path('logs', 'gateway.log'),
  };
}

function planOf({ monolith, lambdaHost }: Stack['urls']): PlanInput {
  return planFromContracts(routes, {
    legacy: monolith,
    services: { auth: lambdaHost },
    policies: {
      auth: {
        ready: authPaths.ready,
        seam: `${lambdaHost}${authPaths.seam}`,
        serviceMaxBodyBytes,
        // Of an HTTP API.
        dropServiceHeaders: ['apigw-requestid'],
      },
    },
  });
}
