import { isAlive, parentOf } from './process-table.ts';

const lookEveryMs = 250;

/**
 * Calls once when npm, or the shell in which it runs a script, is gone. npm passes a signal to that shell alone, which
 * ends of it and tells nobody, so that without this `kill` of an `npm start` would leave all that it started behind.
 */
export async function onceOrphaned(onOrphaned: () => void): Promise<void> {
  const shell = process.ppid;
  const npm = await parentOf(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && (npm === undefined || isAlive(npm))) return;
    clearInterval(timer);
    onOrphaned();
  }, lookEveryMs);
  timer.unref();
}
