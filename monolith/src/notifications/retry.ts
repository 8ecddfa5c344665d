/** After this many attempts, about eight hours, a guest who is still called gets no mail any more. */
export const maxAttempts = 50;

const delaysSeconds = [30, 120] as const;
const longestDelaySeconds = 600;

/** How long to wait after `attempts` (1 or more) that failed: a table is ready now, so never longer than ten minutes. */
export function retryDelaySeconds(attempts: number): number {
  return delaysSeconds[attempts - 1] ?? longestDelaySeconds;
}
