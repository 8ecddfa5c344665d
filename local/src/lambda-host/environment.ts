import { dirname } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type EnvironmentProcess, startEnvironmentProcess } from './environment-process.ts';
import { environmentVariables } from './environment-variables.ts';
import type { FunctionConfig } from './function-spec.ts';
import { watchMemory } from './memory-watch.ts';
import {
  type RuntimeApi,
  type RuntimeInvocation,
  type RuntimeReply,
  startRuntimeApi,
} from './runtime-api.ts';

export type EnvironmentState = 'initialising' | 'idle' | 'busy' | 'gone';

/** How an environment came out of its init phase, or of an invocation. */
export type EnvironmentOutcome =
  | { readonly kind: 'ready' }
  | RuntimeReply
  | { readonly kind: 'timeout' }
  | { readonly kind: 'exit'; readonly how: string; readonly outOfMemory: boolean };

export interface Environment {
  readonly id: string;
  readonly pid: number;
  readonly state: () => EnvironmentState;
  readonly maxMemoryMb: () => number;
  /** Resolves once the runtime has asked for its first invocation, or failed to. */
  readonly initialised: Promise<EnvironmentOutcome>;
  /** Undefined if it can't take it, since it ended unnoticed: nothing was begun. */
  readonly invoke: (invocation: RuntimeInvocation) => Invocation | undefined;
  /** Stops the time for all that runs in it. Lasts until the next invocation. */
  readonly freeze: () => void;
  readonly stop: () => Promise<void>;
  readonly gone: Promise<void>;
}

export interface Invocation {
  readonly outcome: Promise<EnvironmentOutcome>;
  /** Resolves once the environment can take the next invocation, or never will. */
  readonly settled: Promise<void>;
}

export interface EnvironmentOptions {
  readonly config: FunctionConfig;
  readonly id: string;
  /** A Node program that is given the handler's name. */
  readonly runtime: string;
  readonly initTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly onLine: (line: string) => void;
}

/** One execution environment: a runtime in a process of its own, behind a Runtime API of its own. */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const { config, id } = options;
  let state: EnvironmentState = 'initialising';
  let outOfMemory = false;
  // Whatever can end a wait is fired at both: racing promises that live as long as the environment would keep a
  // reaction for each invocation there ever was.
  const next = createSignal<EnvironmentOutcome>();
  const reply = createSignal<EnvironmentOutcome>();
  const fireBoth = (outcome: EnvironmentOutcome) => {
    reply.fire(outcome);
    next.fire(outcome);
  };

  const api = await startRuntimeApi({
    onNext: () => next.fire({ kind: 'ready' }),
    onReply: (given) => reply.fire(given),
    onInitError: (errorType, payload) => next.fire({ kind: 'error', errorType, payload }),
  });
  const child = startRuntime(options, api);
  const memory = watchMemory(child.pid, config.memoryMb, () => {
    outOfMemory = true;
    child.kill('SIGKILL');
  });
  const gone = child.ended.then(async (how) => {
    state = 'gone';
    memory.pause();
    api.close();
    await logsRead();
    fireBoth({ kind: 'exit', how, outOfMemory });
  });

  async function init(): Promise<EnvironmentOutcome> {
    memory.resume();
    const asked = next.next();
    const outcome = await within(options.initTimeoutMs, asked);
    if (outcome.kind === 'ready') {
      state = 'idle';
      memory.pause();
    } else await discard(outcome.kind === 'error' ? options.stopTimeoutMs : 0);
    return outcome;
  }

  function invoke(invocation: RuntimeInvocation): Invocation | undefined {
    if (state !== 'idle') return undefined;
    const replied = reply.next();
    const asked = next.next();
    child.thaw();
    if (!api.deliver(invocation)) {
      void discard(0);
      return undefined;
    }
    state = 'busy';
    memory.resume();
    const outcome = within(invocation.deadlineMs - Date.now(), replied);
    return { outcome, settled: outcome.then((first) => settle(first, invocation.deadlineMs, asked)) };
  }

  async function settle(
    first: EnvironmentOutcome,
    deadlineMs: number,
    asked: Promise<EnvironmentOutcome>,
  ): Promise<void> {
    const hasReplied = first.kind !== 'exit' && first.kind !== 'timeout';
    const last = hasReplied ? await within(deadlineMs - Date.now(), asked) : first;
    if (last.kind !== 'ready') return discard(0);
    await logsRead();
    memory.pause();
    if (state === 'busy') state = 'idle';
  }

  /** What is awaited, or a time-out. */
  async function within(ms: number, awaited: Promise<EnvironmentOutcome>): Promise<EnvironmentOutcome> {
    const timer = setTimeout(() => fireBoth({ kind: 'timeout' }), Math.max(0, ms));
    try {
      return await awaited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process, if it does not end by itself within `patienceMs`. */
  async function discard(patienceMs: number): Promise<void> {
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    await gone;
    clearTimeout(timer);
  }

  return {
    id,
    pid: child.pid,
    state: () => state,
    maxMemoryMb: memory.maxMb,
    initialised: init(),
    invoke,
    freeze: child.freeze,
    gone,
    async stop() {
      child.kill('SIGTERM');
      child.thaw();
      await discard(options.stopTimeoutMs);
    },
  };
}

function startRuntime(
  { config, id, runtime, onLine }: EnvironmentOptions,
  api: RuntimeApi,
): EnvironmentProcess {
  try {
    return startEnvironmentProcess({
      config,
      environmentId: id,
      runtime,
      variables: environmentVariables(config, {
        runtimeApi: api.address,
        runtimeFolder: dirname(runtime),
        logStream: id,
      }),
      onLine,
    });
  } catch (error) {
    api.close();
    throw error;
  }
}

/**
 * What a runtime wrote before it called the Runtime API lies in its pipe by then, but may be read after the call: two
 * turns of the event loop see to it.
 */
async function logsRead(): Promise<void> {
  await turn();
  await turn();
}

/** An event that is awaited each time anew. What fires while nobody waits is lost. */
function createSignal<T>(): { readonly next: () => Promise<T>; readonly fire: (value: T) => void } {
  let waiting: ((value: T) => void)[] = [];
  return {
    next: () => new Promise((resolve) => waiting.push(resolve)),
    fire(value) {
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake(value);
    },
  };
}
