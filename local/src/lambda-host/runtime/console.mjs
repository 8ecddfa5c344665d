import { format } from 'node:util';

const levels = { trace: 'TRACE', debug: 'DEBUG', info: 'INFO', log: 'INFO', warn: 'WARN', error: 'ERROR' };

/**
 * Has the console write lines of time, request id, level and text. A line break inside of an entry is written as a
 * carriage return, as Lambda does, so that an entry stays one line.
 */
export function patchConsole() {
  const log = {
    requestId: undefined,
    write(level, ...parts) {
      const text = format(...parts).replaceAll('\n', '\r');
      process.stdout.write(`${new Date().toISOString()}\t${log.requestId}\t${level}\t${text}\n`);
    },
  };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...parts) => log.write(level, ...parts);
  }
  return log;
}
