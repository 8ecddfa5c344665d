import { type SendDueDeps, sendDue } from './send-due.ts';

export interface Worker {
  readonly start: () => void;
  /** Claims nothing more, and waits for what is being sent, up to `drainSeconds`. */
  readonly stop: () => Promise<void>;
}

export interface WorkerDeps extends SendDueDeps {
  readonly intervalSeconds: number;
  readonly drainSeconds: number;
}

/** The timer that sends what is due. A run that takes longer than the interval is not overtaken by the next. */
export function createWorker(deps: WorkerDeps): Worker {
  const { log, intervalSeconds, drainSeconds } = deps;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  let underWay: Promise<void> | undefined;

  async function run(): Promise<void> {
    try {
      await sendDue(deps, () => stopping);
    } catch (error) {
      log.error({ err: error }, 'due notifications could not be sent now');
    }
  }

  function begin(): void {
    underWay ??= run().finally(() => {
      underWay = undefined;
    });
  }

  return {
    start() {
      begin();
      timer = setInterval(begin, intervalSeconds * 1_000);
    },
    async stop() {
      stopping = true;
      clearInterval(timer);
      if (underWay === undefined) return;
      // What is not settled by then is sent again later, by whoever finds it abandoned.
      const patience = Promise.withResolvers<void>();
      const bound = setTimeout(patience.resolve, drainSeconds * 1_000);
      await Promise.race([underWay, patience.promise]);
      clearTimeout(bound);
    },
  };
}
