import { destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface Log {
  readonly logger: Logger;
  /** Takes finished lines, for what is logged once per request. */
  readonly lines: LineSink;
  /** Writes out what is still in memory; for the end of a process. */
  flush(): void;
}

export interface LineSink {
  write(line: string): void;
}

/**
 * JSON lines on standard output. Written in blocks, off the hot path, and at least once a second; a crash may cost the last
 * of them, which is the price of a request line that costs two microseconds.
 */
export function createLog(level: string): Log {
  const out = destination({ fd: 1, sync: false, minLength: 32_768, maxWrite: 65_536, periodicFlush: 1_000 });
  const logger = pino({ level, base: null }, out);
  return {
    logger,
    lines: { write: (line) => void out.write(line) },
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
