import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

export const program = fileURLToPath(new URL('../../bin/banyan-gateway.js', import.meta.url));

export interface GatewayProcess {
  readonly child: ChildProcess;
  readonly output: string;
  readonly errors: string;
  /** Resolves to the exit code, or to the signal that ended it. */
  readonly exited: Promise<number | string>;
}

export interface ListeningGateway extends GatewayProcess {
  readonly port: number;
  readonly opsPort: number;
  /** Resident memory in bytes, now. */
  memoryBytes(): number;
}

const running = new Set<ChildProcess>();

/** For after each test: a gateway that a failed test left behind would keep the runner waiting. */
export function killGateways(): void {
  for (const child of running) child.kill('SIGKILL');
}

export function runGateway(args: readonly string[], env: NodeJS.ProcessEnv = {}): GatewayProcess {
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      // Of its own, or it would go on from where another test's gateway ended.
      BANYAN_DATA_DIR: mkdtempSync(join(tmpdir(), 'banyan-gateway-')),
      ...env,
    },
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  const run = {
    child,
    output: '',
    errors: '',
    exited: once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string),
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    run.output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    run.errors += text;
  });
  return run;
}

/** The gateway as other teams run it: a process, a plan file, two ports. */
export async function listeningGateway(plan: string, env: NodeJS.ProcessEnv = {}): Promise<ListeningGateway> {
  const run = runGateway(
    ['--plan', planFile(plan), '--host', '127.0.0.1', '--port', '0', '--ops-port', '0'],
    env,
  );
  let ports: { publicPort: number; opsPort: number } | undefined;
  await until('the gateway listens', () => {
    if (run.child.exitCode !== null) throw new Error(`the gateway ended: ${run.errors}`);
    const line = run.output.split('\n').find((it) => it.includes('"listening"'));
    ports = line === undefined ? undefined : JSON.parse(line);
    return ports !== undefined;
  });
  const { publicPort = 0, opsPort = 0 } = ports ?? {};
  return Object.assign(run, {
    port: publicPort,
    opsPort,
    memoryBytes: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${run.child.pid}/status`, 'utf8'))?.[1]) * 1_024,
  });
}

export function planFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'banyan-plan-')), 'plan.yaml');
  writeFileSync(file, text);
  return file;
}
