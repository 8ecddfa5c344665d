import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@banyan/local';
import { createOpsClient, type OpsClient } from './ops-client.ts';
import { waitUntil } from './wait-until.ts';

const program = fileURLToPath(new URL('../../gateway/bin/banyan-gateway.js', import.meta.url));

export interface Gateway {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  readonly opsUrl: string;
  /** What it keeps on disk, the operator's token among it. */
  readonly dataDir: string;
  /** The last that it said on either stream: its log, as far as the environment lets it write one. */
  readonly output: () => string;
  /** The ops API, as the operator whose token this gateway minted. */
  readonly ops: () => Promise<OpsClient>;
  /** Ends it at once, as a crash would. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface GatewayOptions {
  /** URL of the plan's default upstream. */
  readonly upstream: string;
  /** The rest of the plan, as it would be in its file. */
  readonly plan?: Readonly<Record<string, unknown>>;
  /** On top of what it is given, e.g. `CUTOVER_DATABASE_URL`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs the gateway as other teams do, in front of any server: a process of its own, from a plan file alone. */
export async function startGateway({
  upstream,
  plan = {},
  environment = {},
}: GatewayOptions): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), 'banyan-gateway-'));
  const planFile = join(folder, 'plan.json');
  await writeFile(planFile, JSON.stringify({ default: upstream, ...plan }));
  const [port = 0, opsPort = 0] = await freePorts(2);
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  const child = spawn(process.execPath, [program, '--plan', planFile], {
    env: {
      ...process.env,
      BANYAN_DATA_DIR: folder,
      GATEWAY_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      OPS_PORT: String(opsPort),
      LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = keepOutput(child);
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitUntil('the gateway is ready', () => isReady(child, opsUrl, output));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    opsUrl,
    dataDir: folder,
    output,
    ops: async () => createOpsClient(opsUrl, await readToken(folder)),
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    stop,
  };
}

async function readToken(folder: string): Promise<string> {
  return (await readFile(join(folder, 'operator-token'), 'utf8')).trim();
}

async function isReady(child: ChildProcess, opsUrl: string, output: () => string): Promise<boolean> {
  if (hasEnded(child)) throw new Error(`the gateway ended before it was ready:\n${output()}`);
  try {
    return (await fetch(`${opsUrl}/readyz`)).ok;
  } catch {
    return false;
  }
}

function keepOutput(child: ChildProcess): () => string {
  let kept = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      kept = (kept + text).slice(-16_000);
    });
  }
  return () => kept;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
