import { type Logger, pino } from 'pino';

export type Log = Logger;

export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One JSON object a line, on standard output. What may be in it: ids, names of routes, durations; no bodies, no tokens. */
export function createLog(component: string, level: LogLevel): Log {
  return pino({ level, base: { component }, timestamp: pino.stdTimeFunctions.isoTime });
}
