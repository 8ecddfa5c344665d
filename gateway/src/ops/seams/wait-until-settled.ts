import { setTimeout as pause } from 'node:timers/promises';
import type { Cutover } from '../../cutover/cutover.ts';

/** Other gateways follow a rollback within 250 ms, and what they sent to the service before is mostly done soon after. */
const settledAfterMs = 1_000;
/** What lasts longer, a stream of events say, is not waited for. */
const patienceMs = 10_000;

/**
 * Requests that began before a rollback finish where they began: at the service, which needs the seam. Waits for those of
 * this gateway, and for as long as those of others take as a rule.
 */
export async function waitUntilSettled(
  { changedAt }: Pick<Cutover, 'changedAt'>,
  atService: () => number,
): Promise<void> {
  if (changedAt !== undefined) {
    // Clocks differ: neither a change in the future nor one long ago is to change what is waited for.
    const leftMs = settledAfterMs - (Date.now() - Date.parse(changedAt));
    await pause(Math.min(settledAfterMs, Math.max(0, leftMs)));
  }
  const deadline = performance.now() + patienceMs;
  while (atService() > 0 && performance.now() < deadline) await pause(20);
}
