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

const blockCharacters = 16_384;
const flushEveryMs = 500;

/**
 * JSON lines on standard output. Request lines are gathered into blocks, which leave at least twice a second; a crash may
 * cost the last of them, which is the price of a request line that costs a microsecond. (The destination beneath measures
 * all that it holds on each write, so that it must be given few and large ones.)
 */
export function createLog(level: string): Log {
  const out = destination({ fd: 1, sync: false });
  const logger = pino({ level, base: null }, out);
  let block = '';

  function writeBlock(): void {
    if (block === '') return;
    out.write(block);
    block = '';
  }

  setInterval(writeBlock, flushEveryMs).unref();
  return {
    logger,
    lines: {
      write: (line) => {
        block += line;
        if (block.length > blockCharacters) writeBlock();
      },
    },
    flush: () => {
      writeBlock();
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
