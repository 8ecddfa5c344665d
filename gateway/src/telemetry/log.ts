import { setTimeout as pause } from 'node:timers/promises';
import { destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface Log {
  readonly logger: Logger;
  /** Takes finished lines, for what is logged once per request. */
  readonly lines: LineSink;
  /** Resolves when all has been written, or after a second if nobody reads. */
  close(): Promise<void>;
}

export interface LineSink {
  /** A line with its end. */
  write(line: string): void;
}

const blockBytes = 131_072;
const flushEveryMs = 500;
const closeWithinMs = 1_000;

/**
 * JSON lines on standard output. All lines are gathered in a block of bytes, which leaves when it is full and twice a
 * second; a crash may cost the last of them, which is the price of a request line that costs a microsecond. (Given strings,
 * the destination measures all that it holds on each write, and encodes it once more at the end.)
 */
export function createLog(level: string): Log {
  const out = destination({ fd: 1, sync: false, minLength: 1, contentMode: 'buffer' });
  const block = Buffer.allocUnsafeSlow(blockBytes);
  let used = 0;

  function writeBlock(): void {
    if (used === 0) return;
    // A copy, for it is written while the block fills again. (The typings know the destination's other mode alone.)
    out.write(Buffer.from(block.subarray(0, used)) as unknown as string);
    used = 0;
  }

  function write(line: string): void {
    // Three bytes at most to a character of a string.
    if (used + line.length * 3 > blockBytes) writeBlock();
    if (line.length * 3 > blockBytes) out.write(Buffer.from(line) as unknown as string);
    else used += block.write(line, used);
  }

  const timer = setInterval(writeBlock, flushEveryMs).unref();
  return {
    logger: pino({ level, base: null }, { write }),
    lines: { write },
    async close() {
      clearInterval(timer);
      writeBlock();
      await Promise.race([new Promise<void>((resolve) => out.flush(() => resolve())), pause(closeWithinMs)]);
    },
  };
}

/** For embedding without a word. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
