const lookEveryMs = 250;

/**
 * Calls once when the shell is gone in which npm or npx runs this process: they pass signals to that shell alone, which
 * ends of them and tells nobody.
 */
export function onceOrphaned(onOrphaned: () => void): void {
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    onOrphaned();
  }, lookEveryMs);
  timer.unref();
}
