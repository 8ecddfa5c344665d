import { z } from 'zod';

/** A guest's way through the line, by who may come next. States with nothing after them are final. */
export const waiteeTransitions = {
  waiting: ['called', 'cancelled'],
  called: ['seated', 'cancelled', 'no-show'],
  seated: [],
  cancelled: [],
  'no-show': [],
} as const satisfies Record<string, readonly string[]>;

export type WaiteeStatus = keyof typeof waiteeTransitions;
export const waiteeStatus = z.enum(Object.keys(waiteeTransitions) as [WaiteeStatus, ...WaiteeStatus[]]);

export function mayBecome(from: WaiteeStatus, to: WaiteeStatus): boolean {
  const next: readonly WaiteeStatus[] = waiteeTransitions[from];
  return next.includes(to);
}

/** Waiting or called: still to be seated. */
export function isOpen(status: WaiteeStatus): boolean {
  return waiteeTransitions[status].length > 0;
}
