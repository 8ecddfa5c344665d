/**
 * How long the guest at `position` (from 1) may expect to wait, in whole minutes, rounded up.
 *
 * One party is called every `minutesPerParty`, and the party before the first in line was called at some moment of the
 * last such span: on average in its middle. So the first waits half a span, and each one behind a whole span more.
 */
export function estimateWaitMinutes(position: number, minutesPerParty: number): number {
  return Math.ceil((position - 0.5) * minutesPerParty);
}
