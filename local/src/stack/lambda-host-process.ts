import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { authEntries, authExternal } from '@banyan/auth-service';
import { bundleService } from '../lambda-host/bundle.ts';
import type { ProcessSpec } from '../processes/supervise.ts';
import { authFunctions } from './auth-functions.ts';
import type { DataFolder } from './data-folder.ts';
import type { Stack, StackOptions } from './stack.ts';

const program = fileURLToPath(new URL('../lambda-host/main.ts', import.meta.url));
// Beside their sources, from where Node finds the packages that bundles leave out.
const authDist = fileURLToPath(new URL('../../../services/auth/dist', import.meta.url));

/** Bundles the services as they are deployed, and runs them on the Lambda host. */
export async function lambdaHostProcess(
  folder: DataFolder,
  options: StackOptions,
  urls: Stack['urls'],
): Promise<ProcessSpec> {
  const [auth, seam] = await Promise.all([bundle('http'), bundle('seam')]);
  const configFile = folder.path('lambda-host.json');
  const stateFolder = folder.path('lambda-host');
  await mkdir(stateFolder, { recursive: true });
  const config = { ...authFunctions(folder, options, urls, { auth, seam }), stateFolder };
  // It holds what the functions sign and seal with.
  await writeFile(configFile, JSON.stringify(config, null, 2), { mode: 0o600 });
  return {
    name: 'Lambda host',
    args: [program],
    env: { LAMBDA_HOST_CONFIG: configFile, LAMBDA_HOST_PORT: String(options.ports.lambdaHost) },
    readyUrl: `${urls.lambdaHost}/_host/functions`,
    logFile: folder.path('logs', 'lambda-host.log'),
  };
}

async function bundle(entry: 'http' | 'seam'): Promise<string> {
  const { file } = await bundleService({
    entry: authEntries[entry],
    outDir: `${authDist}/${entry}`,
    external: authExternal,
  });
  return file;
}
