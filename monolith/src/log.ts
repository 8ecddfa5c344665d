import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';

export type Log = Logger;

/** One JSON object a line, on standard output. What may be in it: ids, names of routes, durations; no bodies, no tokens. */
export function createLog(level: Config['logLevel']): Log {
  return pino({ level, base: { component: 'monolith' }, timestamp: pino.stdTimeFunctions.isoTime });
}
