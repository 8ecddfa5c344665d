import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Gateway } from '../stack/start-gateway.ts';

const program = fileURLToPath(new URL('../../gateway/bin/banyan.js', import.meta.url));

/** Runs `banyan` as an operator of this machine does. @throws Error with all that it said, unless it exits with 0 */
export async function banyan(gateway: Gateway, ...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      ...process.env,
      BANYAN_OPS_URL: gateway.opsUrl,
      BANYAN_DATA_DIR: gateway.dataDir,
      BANYAN_TOKEN: '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`banyan ${args.join(' ')} exited with ${code}: ${said}`);
  return said;
}
