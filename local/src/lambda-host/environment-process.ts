import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import type { FunctionConfig } from './function-spec.ts';
import { readLines } from './read-lines.ts';

export interface EnvironmentProcess {
  readonly pid: number;
  /** Resolves once it has ended, with how in the words of Lambda's own messages. */
  readonly ended: Promise<string>;
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly kill: (signal: 'SIGTERM' | 'SIGKILL') => void;
}

export interface ProcessOptions {
  readonly config: FunctionConfig;
  readonly environmentId: string;
  readonly runtime: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

/**
 * Starts a runtime in a process group of its own, so that what a function starts is frozen and ended with it.
 * @throws if it can't be started
 */
export function startEnvironmentProcess(options: ProcessOptions): EnvironmentProcess {
  const { config, environmentId, runtime, variables, onLine } = options;
  // The id names the environment in the process table, where its leftovers are known by it.
  const args = [...heapLimits(config), runtime, config.handler, environmentId];
  const child = spawn(process.execPath, args, {
    cwd: dirname(config.bundle),
    detached: true,
    env: { ...variables },
    // The fourth is never written to. It closes when the host ends, however it does.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const { pid } = child;
  child.on('error', () => undefined);
  if (pid === undefined) throw new Error(`${config.name} can't be started: no process.`);
  for (const stream of [child.stdout, child.stderr]) if (stream) readLines(stream, onLine);
  child.stdio[3]?.on('error', () => undefined);

  return {
    pid,
    ended: ended(child).finally(() => signalGroup(pid, 'SIGKILL')),
    freeze: () => signalGroup(pid, 'SIGSTOP'),
    thaw: () => signalGroup(pid, 'SIGCONT'),
    kill: (signal) => signalGroup(pid, signal),
  };
}

/** As Lambda's own runtime divides the memory, unless the function divides it itself: a tenth is for what is young. */
function heapLimits({ memoryMb, environment }: FunctionConfig): string[] {
  if (/--max[-_](semi|old)[-_]space[-_]size/.test(environment.NODE_OPTIONS ?? '')) return [];
  const young = Math.floor(memoryMb / 10);
  return [
    `--max-semi-space-size=${Math.max(1, Math.floor(young / 2))}`,
    `--max-old-space-size=${memoryMb - young}`,
  ];
}

const signalNames: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

async function ended(child: ChildProcess): Promise<string> {
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('exit', (...how) => resolve(how)),
  );
  if (signal !== null) return `Runtime exited with error: signal: ${signalNames[signal] ?? 'killed'}`;
  return code === 0
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${code}`;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}
