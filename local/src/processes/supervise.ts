import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type LogFile, openLogFile } from './log-file.ts';
import { untilGone } from './process-table.ts';

export interface ProcessSpec {
  readonly name: string;
  /** A Node program and its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Answers 200 once the process can do its work. */
  readonly readyUrl: string;
  readonly logFile: string;
  readonly readyTimeoutMs?: number;
  /** Before the first restart; doubled for each that follows. */
  readonly restartDelayMs?: number;
  /** How long it may take to drain before it is killed. */
  readonly graceMs?: number;
}

export type ProcessEvent =
  | {
      readonly kind: 'died';
      readonly name: string;
      readonly how: string;
      readonly lastLines: readonly string[];
    }
  | { readonly kind: 'restarting'; readonly name: string; readonly inMs: number }
  | { readonly kind: 'back'; readonly name: string; readonly pid: number }
  | { readonly kind: 'given-up'; readonly name: string; readonly attempts: number; readonly logFile: string };

export interface SupervisedProcess {
  readonly name: string;
  readonly pid: () => number | undefined;
  /** Lets it drain, then makes it end; resolves once it and all that it started are gone. */
  readonly stop: () => Promise<void>;
  /** Ends it and all that it started at once. */
  readonly kill: () => void;
}

const maxRestarts = 5;
const maxRestartDelayMs = 8_000;
/** One that lived this long is not in a loop of crashes: its next death counts as the first. */
const settledMs = 30_000;
const endWithParent = fileURLToPath(new URL('./end-with-parent.ts', import.meta.url));

/**
 * Starts a process and keeps it running until it is stopped. Resolves once it is ready; rejects if it ends or stays
 * unready before that, with what it last said. Later deaths are told of, and answered by bounded restarts.
 */
export async function supervise(
  spec: ProcessSpec,
  onEvent: (event: ProcessEvent) => void,
  signal?: AbortSignal,
): Promise<SupervisedProcess> {
  const log = openLogFile(spec.logFile);
  let child = launch(spec, log);
  const stopping = new AbortController();

  const first = await untilReady(spec, child, signal);
  if (first !== 'ready') {
    await end(child, spec.graceMs);
    const said = log.tail(15);
    log.close();
    throw new Error([`${spec.name} ${first}.`, ...said, `Its log: ${spec.logFile}`].join('\n  '));
  }

  async function keepRunning(): Promise<void> {
    let attempts = 0;
    let readyAt = Date.now();
    while (!stopping.signal.aborted) {
      const how = await ended(child);
      if (stopping.signal.aborted) return;
      killGroup(child);
      onEvent({ kind: 'died', name: spec.name, how, lastLines: log.tail(10) });
      if (readyAt !== 0 && Date.now() - readyAt > settledMs) attempts = 0;
      attempts += 1;
      if (attempts > maxRestarts) {
        onEvent({ kind: 'given-up', name: spec.name, attempts: maxRestarts, logFile: spec.logFile });
        return;
      }
      const inMs = Math.min((spec.restartDelayMs ?? 250) * 2 ** (attempts - 1), maxRestartDelayMs);
      onEvent({ kind: 'restarting', name: spec.name, inMs });
      await delay(inMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      child = launch(spec, log);
      readyAt = 0;
      if ((await untilReady(spec, child, stopping.signal)) === 'ready') {
        readyAt = Date.now();
        onEvent({ kind: 'back', name: spec.name, pid: child.pid ?? 0 });
      } else if (!stopping.signal.aborted) killGroup(child);
    }
  }
  const kept = keepRunning();

  async function stop(): Promise<void> {
    stopping.abort();
    await end(child, spec.graceMs);
    await kept;
    log.close();
  }
  let stopped: Promise<void> | undefined;

  return {
    name: spec.name,
    pid: () => (child.exitCode === null && child.signalCode === null ? child.pid : undefined),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
    kill: () => {
      stopping.abort();
      killGroup(child);
    },
  };
}

function launch(spec: ProcessSpec, log: LogFile): ChildProcess {
  // In a group of its own: Ctrl-C in the terminal is for the parent to pass on, in order.
  const child = spawn(process.execPath, ['--import', endWithParent, ...spec.args], {
    detached: true,
    env: { ...process.env, ...spec.env },
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  child.on('error', () => undefined);
  return child;
}

async function untilReady(
  { readyUrl, readyTimeoutMs = 60_000 }: ProcessSpec,
  child: ChildProcess,
  signal?: AbortSignal,
): Promise<'ready' | string> {
  const deadline = Date.now() + readyTimeoutMs;
  while (Date.now() < deadline) {
    if (signal?.aborted) return 'was stopped before it was ready';
    if (hasEnded(child)) return `ended before it was ready (${howEnded(child)})`;
    if (await answersOk(readyUrl)) return 'ready';
    await delay(25);
  }
  return `was not ready within ${readyTimeoutMs / 1_000} s`;
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function ended(child: ChildProcess): Promise<string> {
  if (!hasEnded(child)) await new Promise((resolve) => child.once('exit', resolve));
  return howEnded(child);
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function howEnded({ pid, exitCode, signalCode }: ChildProcess): string {
  if (pid === undefined) return 'could not be started';
  return signalCode ? `by ${signalCode}` : `with code ${exitCode}`;
}

async function end(child: ChildProcess, graceMs = 15_000): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  child.kill('SIGTERM');
  if (!(await untilGone(pid, graceMs))) killGroup(child);
  await ended(child);
  killGroup(child);
}

/** The group outlives its leader if one of its helpers does. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
