import { setTimeout as pause } from 'node:timers/promises';

/** Waits for a condition; a test that waits in vain fails by what it waited for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await pause(5);
  }
}
