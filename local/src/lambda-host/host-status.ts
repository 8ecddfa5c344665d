import type { EventCounts, EventQueue } from './event-queue.ts';
import type { HostedFunction } from './invoker.ts';

export interface FunctionStatus {
  readonly name: string;
  readonly bundle: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly maxConcurrency: number;
  readonly environments: readonly {
    readonly id: string;
    readonly pid: number;
    /** `idle` is frozen. */
    readonly state: string;
    readonly maxMemoryMb: number;
  }[];
  readonly coldStarts: number;
  readonly warmStarts: number;
  readonly throttles: number;
  readonly invocations: number;
  /** Invocations that ended in a function error; the time-outs are among them. */
  readonly errors: number;
  readonly timeouts: number;
  readonly lastInitMs: number | undefined;
  readonly lastDurationMs: number | undefined;
  readonly maxMemoryMb: number;
  readonly events: EventCounts;
}

export function functionStatus({ config, pool, counts }: HostedFunction, events: EventQueue): FunctionStatus {
  return {
    name: config.name,
    bundle: config.bundle,
    memoryMb: config.memoryMb,
    timeoutMs: config.timeoutMs,
    maxConcurrency: config.maxConcurrency,
    environments: pool.environments().map((environment) => ({
      id: environment.id,
      pid: environment.pid,
      state: environment.state(),
      maxMemoryMb: environment.maxMemoryMb(),
    })),
    ...pool.counts(),
    ...counts,
    events: events.counts(config.name),
  };
}
