import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { type Environment, type EnvironmentOutcome, startEnvironment } from './environment.ts';
import type { FunctionConfig } from './function-spec.ts';

export interface PoolOptions {
  readonly config: FunctionConfig;
  /** The Node program that runs in an environment. */
  readonly runtime: string;
  readonly initTimeoutMs: number;
  /** How long an environment is kept that nobody calls. */
  readonly idleMs: number;
  /** How long an environment may take to end on SIGTERM. */
  readonly stopTimeoutMs: number;
  /** Told of each environment's process, so that none outlives the host. */
  readonly processes: {
    readonly add: (pid: number, environmentId: string) => void;
    readonly remove: (pid: number) => void;
  };
  readonly onLine: (environmentId: string, line: string) => void;
}

/** An environment that is one caller's alone until it is released. */
export interface Lease {
  readonly environment: Environment;
  readonly cold: boolean;
  /** How long the init phase took, if it went well at once. */
  readonly initMs?: number;
  /** How much of the invocation's time went into an init phase that was begun anew. */
  readonly spentMs: number;
}

export type Acquired =
  | { readonly ok: true; readonly lease: Lease }
  | { readonly ok: false; readonly failure: 'throttled' }
  | {
      readonly ok: false;
      readonly failure: 'init';
      readonly outcome: EnvironmentOutcome;
      readonly spentMs: number;
      readonly maxMemoryMb: number;
    };

export interface PoolCounts {
  readonly coldStarts: number;
  readonly warmStarts: number;
  readonly throttles: number;
}

export interface FunctionPool {
  readonly acquire: () => Promise<Acquired>;
  /** Gives back what settled. */
  readonly release: (environment: Environment) => void;
  readonly environments: () => readonly Environment[];
  readonly counts: () => PoolCounts;
  /** Ends all environments, the busy ones too. */
  readonly stop: () => Promise<void>;
}

/** The environments of one function: as many as there are invocations at a time, and no more than it may have. */
export function createFunctionPool(options: PoolOptions): FunctionPool {
  const { config } = options;
  const all = new Set<Environment>();
  const ending = new Set<Environment>();
  /** The one that was used last is used next, so that the others grow old and go. */
  const idle: { readonly environment: Environment; readonly expiry: NodeJS.Timeout }[] = [];
  let starting = 0;
  let stopped = false;
  const counts = { coldStarts: 0, warmStarts: 0, throttles: 0 };

  async function acquire(): Promise<Acquired> {
    const warm = takeIdle();
    if (warm) {
      counts.warmStarts += 1;
      return { ok: true, lease: { environment: warm, cold: false, spentMs: 0 } };
    }
    if (all.size + starting >= config.maxConcurrency) {
      counts.throttles += 1;
      return { ok: false, failure: 'throttled' };
    }
    counts.coldStarts += 1;
    const first = await start(options.initTimeoutMs);
    if (first.outcome.kind === 'ready') {
      return {
        ok: true,
        lease: { environment: first.environment, cold: true, initMs: first.tookMs, spentMs: 0 },
      };
    }
    if (stopped) return failed(first);
    // Lambda begins a failed init phase anew within the invocation, under the function's own time-out.
    const second = await start(config.timeoutMs);
    return second.outcome.kind === 'ready'
      ? { ok: true, lease: { environment: second.environment, cold: true, spentMs: second.tookMs } }
      : failed(second);
  }

  async function start(initTimeoutMs: number): Promise<Start> {
    const id = randomUUID();
    const began = performance.now();
    starting += 1;
    let environment: Environment;
    try {
      environment = await startEnvironment({
        config,
        id,
        runtime: options.runtime,
        initTimeoutMs,
        stopTimeoutMs: options.stopTimeoutMs,
        onLine: (line) => options.onLine(id, line),
      });
      all.add(environment);
    } finally {
      starting -= 1;
    }
    options.processes.add(environment.pid, id);
    void environment.gone.then(() => {
      forget(environment);
      options.processes.remove(environment.pid);
    });
    if (stopped) void environment.stop();
    const outcome = await environment.initialised;
    return { environment, outcome, tookMs: performance.now() - began };
  }

  function takeIdle(): Environment | undefined {
    for (;;) {
      const taken = idle.pop();
      if (taken === undefined) return undefined;
      clearTimeout(taken.expiry);
      if (taken.environment.state() === 'idle') return taken.environment;
    }
  }

  function release(environment: Environment): void {
    if (environment.state() !== 'idle') return;
    environment.freeze();
    const expiry = setTimeout(() => {
      const at = idle.findIndex((each) => each.environment === environment);
      if (at < 0) return;
      idle.splice(at, 1);
      // It takes no place any more, but a stop waits for it.
      all.delete(environment);
      ending.add(environment);
      void environment.stop().then(() => ending.delete(environment));
    }, options.idleMs);
    idle.push({ environment, expiry: expiry.unref() });
  }

  /** One that has ended takes no place, from the moment on that this is known. */
  function forget(environment: Environment): void {
    all.delete(environment);
    const at = idle.findIndex((each) => each.environment === environment);
    if (at < 0) return;
    const [gone] = idle.splice(at, 1);
    clearTimeout(gone?.expiry);
  }

  return {
    acquire,
    release,
    environments: () => [...all],
    counts: () => ({ ...counts }),
    async stop() {
      stopped = true;
      for (const { expiry } of idle.splice(0)) clearTimeout(expiry);
      while (all.size + starting + ending.size > 0) {
        await Promise.all([...all, ...ending].map((environment) => environment.stop()));
        await turn();
      }
    },
  };
}

interface Start {
  readonly environment: Environment;
  readonly outcome: EnvironmentOutcome;
  readonly tookMs: number;
}

function failed({ environment, outcome, tookMs }: Start): Acquired {
  return {
    ok: false,
    failure: 'init',
    outcome,
    spentMs: tookMs,
    maxMemoryMb: environment.maxMemoryMb(),
  };
}
