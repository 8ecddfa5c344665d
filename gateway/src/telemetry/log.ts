import { destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface Log {
  readonly logger: Logger;
  /** Writes out what is still in memory; for the end of a process. */
  flush(): void;
}

/**
 * JSON lines on standard output. Written in blocks, off the hot path, and at least once a second; a crash may cost the last
 * of them, which is the price of a request line that costs microseconds.
 */
export function createLog(level: string): Log {
  const out = destination({ fd: 1, sync: false, minLength: 8_192, periodicFlush: 1_000 });
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, out);
  return {
    logger,
    flush: () => {
      try {
        out.flushSync();
      } catch {
        // Nobody reads the output any more.
      }
    },
  };
}

/** For embedding without a word. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
