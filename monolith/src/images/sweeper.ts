import type { Log } from '@banyan/serving';
import { type SweepDeps, sweepOrphans } from './sweep.ts';

const intervalMs = 10 * 60 * 1000;

export interface Sweeper {
  readonly start: () => void;
  /** Waits for a sweep that is under way. */
  readonly stop: () => Promise<void>;
}

/** Sweeps at the start, which may come after a crash, and then every ten minutes. */
export function createSweeper({ log, ...deps }: SweepDeps & { readonly log: Log }): Sweeper {
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> | undefined;

  async function sweep(): Promise<void> {
    try {
      const removed = await sweepOrphans(deps);
      if (removed > 0) log.warn({ removed }, 'removed files of images that have no row');
    } catch (error) {
      log.error({ err: error }, 'the sweep for files without a row failed');
    }
  }

  function begin(): void {
    underWay ??= sweep().finally(() => {
      underWay = undefined;
    });
  }

  return {
    start() {
      begin();
      timer = setInterval(begin, intervalMs).unref();
    },
    async stop() {
      clearInterval(timer);
      await underWay;
    },
  };
}
