import { styleText } from 'node:util';
import type { StackEvent } from '../stack/stack.ts';

export interface Progress {
  readonly tell: (event: StackEvent) => void;
  readonly line: (text: string) => void;
  /** Tells how long something took that is no part of the stack. */
  readonly done: (what: string, tookMs: number) => void;
}

/** Writes what happens, a line each: readable as it comes, in a terminal and in a log alike. */
export function createProgress(stream: NodeJS.WriteStream, now: () => number): Progress {
  const startedAt = new Map<string, number>();
  const colour = (style: Parameters<typeof styleText>[0], text: string) => styleText(style, text, { stream });
  const good = (text: string) => `  ${colour('green', '✓')} ${text}`;
  const bad = (text: string) => `  ${colour('red', '✗')} ${text}`;
  const plain = (text: string) => `  ${colour('dim', '·')} ${text}`;
  const timed = (what: string, tookMs: number) =>
    good(`${what.padEnd(12)} ${colour('dim', `${(tookMs / 1_000).toFixed(1)} s`)}`);

  function linesOf(event: StackEvent): string[] {
    switch (event.kind) {
      case 'starting':
        startedAt.set(event.name, now());
        return [];
      case 'step':
        return [plain(`${event.name}: ${event.text}`)];
      case 'ready':
        return [timed(event.name, now() - (startedAt.get(event.name) ?? now()))];
      case 'stopping':
        return [plain(`stopping ${event.name}`)];
      case 'failed':
        return [bad(`${event.name}: ${event.reason}`)];
      case 'died': {
        const said = event.lastLines.map((text) => colour('dim', `      ${text}`));
        return [bad(`${event.name} ended ${event.how}`), ...said];
      }
      case 'restarting':
        return [plain(`starting ${event.name} again in ${event.inMs / 1_000} s`)];
      case 'back':
        return [good(`${event.name} is back (process ${event.pid})`)];
      case 'given-up':
        return [bad(`${event.name} stays down after ${event.attempts} attempts. Its log: ${event.logFile}`)];
    }
  }

  const line = (text: string) => {
    stream.write(`${text}\n`);
  };
  return {
    tell: (event) => linesOf(event).forEach(line),
    line,
    done: (what, tookMs) => line(timed(what, tookMs)),
  };
}
