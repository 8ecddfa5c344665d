import { setTimeout as delay } from 'node:timers/promises';

/** Resolves as soon as the condition holds; rejects, naming it, when it does not within `timeoutMs`. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(5);
  }
}

/** Resolves once `value` has stayed the same for `forMs`: nothing moves any more. */
export async function waitUntilStill(value: () => number, forMs = 300): Promise<void> {
  let last = value();
  let since = Date.now();
  while (Date.now() - since < forMs) {
    await delay(20);
    const now = value();
    if (now !== last) since = Date.now();
    last = now;
  }
}
