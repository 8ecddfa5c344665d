import { setTimeout as sleep } from 'node:timers/promises';

/** Under Jest's own limit, so that a condition that never comes true fails with its line and not with a hang. */
const patienceMs = 20_000;

/** Waits for a condition. @throws if it does not come true */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await eventually(async () => (await condition()) || undefined);
}

/** Waits for a value. @throws if none comes */
export async function eventually<T>(read: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`It did not come true in ${patienceMs} ms: ${read}`);
    await sleep(1);
  }
}
