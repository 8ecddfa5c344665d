/** Every process that the bench starts is started here, so that all of them can be ended, whatever happens. */
import { type ChildProcess, spawn } from 'node:child_process';

const endTimeoutMs = 3_000;
const keptOutputBytes = 8_192;

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Cores to run on, as taskset writes them; undefined leaves it to the operating system. */
  readonly cores?: string | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard output is kept for its reader, or thrown away: a log that nobody reads must not slow its writer. */
  readonly keepOutput?: true;
  /** Ended when it takes longer. */
  readonly timeoutMs?: number;
}

export interface Child {
  readonly pid: number;
  readonly exited: Promise<number | null>;
  readonly hasExited: () => boolean;
  readonly output: () => string;
  readonly errorOutput: () => string;
  readonly end: () => Promise<void>;
}

export interface Children {
  start(command: ChildCommand): Child;
  /** Ends all of them; nothing starts afterwards. */
  endAll(): Promise<void>;
}

function keepTail(stream: NodeJS.ReadableStream | null, bytes: number): () => string {
  let kept = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    kept = (kept + text).slice(-bytes);
  });
  return () => kept;
}

async function end(process: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill('SIGTERM');
  const timer = setTimeout(() => process.kill('SIGKILL'), endTimeoutMs);
  await exited;
  clearTimeout(timer);
}

/**
 * `environment` is all that they get besides their own: a variable that happens to be set in somebody's shell must not
 * configure a proxy.
 */
export function createChildren(environment: Readonly<Record<string, string>>): Children {
  const running = new Set<Child>();
  let ended = false;

  function start({ command, args, cores, environment: own, keepOutput, timeoutMs }: ChildCommand): Child {
    if (ended) throw new Error('the bench is ending');
    const pinned = cores === undefined ? [command, ...args] : ['taskset', '-c', cores, command, ...args];
    const [file = command, ...rest] = pinned;
    const process = spawn(file, rest, {
      env: { ...environment, ...own },
      stdio: ['pipe', keepOutput ? 'pipe' : 'ignore', 'pipe'],
    });
    let failure = '';
    // A child that dies early closes its end of stdin; that it died is reported by `exited`.
    process.stdin?.on('error', () => undefined);
    const errorOutput = keepTail(process.stderr, keptOutputBytes);
    const exited = new Promise<number | null>((resolve) => {
      process.once('close', resolve);
      process.once('error', (error) => {
        failure = error.message;
        resolve(null);
      });
    });
    const child: Child = {
      pid: process.pid ?? -1,
      exited,
      hasExited: () => process.pid === undefined || process.exitCode !== null || process.signalCode !== null,
      output: keepTail(process.stdout, keptOutputBytes),
      errorOutput: () => failure || errorOutput(),
      end: () => end(process, exited),
    };
    running.add(child);
    const timer = timeoutMs === undefined ? undefined : setTimeout(child.end, timeoutMs);
    void exited.then(() => {
      running.delete(child);
      clearTimeout(timer);
    });
    return child;
  }

  return {
    start,
    async endAll() {
      ended = true;
      await Promise.all([...running].map((child) => child.end()));
    },
  };
}
