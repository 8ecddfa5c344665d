import type { Log } from './log.ts';

export interface Periodic {
  start(): void;
  /** Resolves once a run under way is over. */
  stop(): Promise<void>;
}

export interface PeriodicWork {
  readonly name: string;
  readonly everyMs: number;
  readonly work: () => Promise<void>;
  readonly log: Log;
}

/** Runs the work at each interval, never twice at a time. What fails is logged, and tried again at the next. */
export function createPeriodic({ name, everyMs, work, log }: PeriodicWork): Periodic {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const tick = () => {
    running ??= work()
      .catch((err: unknown) => log.error({ err, work: name }, 'periodic work failed'))
      .finally(() => {
        running = undefined;
      });
  };
  return {
    start() {
      timer = setInterval(tick, everyMs);
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
