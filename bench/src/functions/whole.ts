/** The waitlist whole, as `npm start` runs it, on ports and in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Children } from '../process/children.ts';
import { findFreePort } from '../process/free-port.ts';

const program = fileURLToPath(new URL('../../../local/src/main.ts', import.meta.url));
const patienceMs = 120_000;

const portVariables = [
  'GATEWAY_PORT',
  'OPS_PORT',
  'MONOLITH_PORT',
  'LAMBDA_HOST_PORT',
  'POSTGRES_PORT',
  'MAIL_WEB_PORT',
  'MAIL_SMTP_PORT',
] as const;

export interface Whole {
  readonly monolithUrl: string;
  readonly lambdaHostUrl: string;
  stop(): Promise<void>;
}

export async function startWhole(children: Children): Promise<Whole> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'banyan-bench-whole-'));
  const ports: Record<string, string> = {};
  for (const name of portVariables) ports[name] = String(await findFreePort());
  const child = children.start({
    command: process.execPath,
    args: [program, '--json', '--no-demo'],
    environment: { ...ports, BANYAN_DATA_DIR: path.join(folder, 'data'), LOG_LEVEL: 'warn' },
    keepOutput: true,
  });
  const stop = async () => {
    await child.end();
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + patienceMs;
  while (!child.output().includes('"ready":true')) {
    if (child.hasExited() || performance.now() > deadline) {
      const said = child.errorOutput();
      await stop();
      throw new Error(`the waitlist did not start:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const url = (name: string) => `http://127.0.0.1:${ports[name]}`;
  return { monolithUrl: url('MONOLITH_PORT'), lambdaHostUrl: url('LAMBDA_HOST_PORT'), stop };
}
