import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { freePorts } from '../src/ports/free-port.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const readySchema = z.object({
  ready: z.literal(true),
  afterMs: z.number(),
  urls: z.object({
    gateway: z.string(),
    ops: z.string(),
    monolith: z.string(),
    lambdaHost: z.string(),
    mail: z.string().optional(),
    smtp: z.string(),
    database: z.string(),
  }),
  pids: z.object({
    postgres: z.number().optional(),
    monolith: z.number(),
    lambdaHost: z.number(),
    gateway: z.number(),
  }),
  demo: z.object({ email: z.string(), password: z.string(), slug: z.string() }).optional(),
});
export type Ready = z.output<typeof readySchema>;

export interface StartRun {
  readonly pid: number;
  /** Resolves with the ready line, or rejects with all that was printed if the program ended without one. */
  readonly ready: Promise<Ready>;
  /** All that it wrote for people so far. */
  readonly printed: () => string;
  readonly ended: Promise<number | string>;
  readonly send: (signal: NodeJS.Signals) => void;
}

export type StartEnvironment = Readonly<Record<string, string>>;

/** Ports of its own for one copy, and passwords that are quick to check. */
export async function environmentFor(dataDir: string): Promise<StartEnvironment> {
  const names = [
    'GATEWAY_PORT',
    'OPS_PORT',
    'MONOLITH_PORT',
    'LAMBDA_HOST_PORT',
    'POSTGRES_PORT',
    'MAIL_WEB_PORT',
    'MAIL_SMTP_PORT',
  ];
  const ports = await freePorts(names.length);
  const entries = names.map((name, i): [string, string] => [name, String(ports[i])]);
  return { ...Object.fromEntries(entries), BANYAN_DATA_DIR: dataDir, BCRYPT_COST: '4' };
}

/** Runs what `npm start -- --json` runs, as a process of its own. */
export function runStart(environment: StartEnvironment, args: readonly string[] = []): StartRun {
  return runAs(environment, process.execPath, [program, '--json', ...args]);
}

/** Runs it by npm itself, which is then the process that is signalled. */
export function runNpmStart(environment: StartEnvironment, args: readonly string[] = []): StartRun {
  return runAs(environment, 'npm', ['--silent', 'start', '--', '--json', ...args]);
}

function runAs(environment: StartEnvironment, command: string, args: readonly string[]): StartRun {
  const child: ChildProcess = spawn(command, args, {
    cwd: root,
    // In a group of its own: what is sent to it must not reach the tests.
    detached: true,
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const ended = once(child, 'close').then(([code, signal]): number | string => signal ?? code);
  const ready = new Promise<Ready>((resolve, reject) => {
    if (child.stdout)
      createInterface(child.stdout).once('line', (line) => resolve(readySchema.parse(JSON.parse(line))));
    ended.then((how) => reject(new Error(`ended (${how}) before it was ready:\n${printed}`)));
  });
  // A run that is expected to fail is asked how it ended, not whether it was ready.
  ready.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    ready,
    printed: () => printed,
    ended,
    send: (signal) => child.kill(signal),
  };
}
