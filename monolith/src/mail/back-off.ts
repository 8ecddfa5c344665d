/** After this many failed attempts, over about a day, a mail is given up. */
export const maxAttempts = 17;

const firstDelayMs = 15_000;
const longestDelayMs = 3 * 60 * 60 * 1_000;

/** When to try again after `attempts` (1 or more) that failed: 15 s, 30 s, 1 min, doubling up to 3 h. */
export function nextAttemptAt(attempts: number, now: Date): Date {
  const delayMs = Math.min(firstDelayMs * 2 ** (attempts - 1), longestDelayMs);
  return new Date(now.getTime() + delayMs);
}
