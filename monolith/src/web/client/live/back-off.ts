const firstMs = 500;
const longestMs = 15_000;

/**
 * How long to wait before the next attempt, after so many that failed in a row: doubling, at most 15 s, and spread by
 * chance over the upper half, so that a restarted server is not met by all its clients at once.
 */
export function backOffMs(failedAttempts: number, random: () => number = Math.random): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.max(0, failedAttempts - 1));
  return ceiling / 2 + (ceiling / 2) * random();
}
