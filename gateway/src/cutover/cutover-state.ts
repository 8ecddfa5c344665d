import { z } from 'zod';
import { type Cutover, type CutoverState, type Stage, stages } from './cutover.ts';

/** The percent of the stages that leave no choice. */
const fixedPercent: Readonly<Partial<Record<Stage, number>>> = {
  legacy: 0,
  shadow: 0,
  live: 100,
  retired: 100,
};

const percent = z
  .number()
  .min(0)
  .max(100)
  .refine((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6, 'is finer than 0.01');

const keys = z.array(z.string().min(1));

/** What is kept outside this process (a row, a flag, a file) is believed only if it passes here. */
export const cutoverState = z
  .object({ stage: z.enum(stages), rolloutPercent: percent, allow: keys, deny: keys })
  .readonly()
  .refine(({ stage, rolloutPercent }) => (fixedPercent[stage] ?? rolloutPercent) === rolloutPercent, {
    path: ['rolloutPercent'],
    error: ({ input }) => `is ${(input as CutoverState).rolloutPercent} at ${(input as CutoverState).stage}`,
  });

export type ParsedState =
  | { readonly ok: true; readonly state: CutoverState }
  | { readonly ok: false; readonly fault: string };

export function parseState(value: unknown): ParsedState {
  const { success, data, error } = cutoverState.safeParse(value);
  return success ? { ok: true, state: Object.freeze(data) } : { ok: false, fault: faultsOf(error) };
}

/** Stores refuse to write what they couldn't read back; to be asked to is a bug. */
export function requireState(state: CutoverState): CutoverState {
  const parsed = parseState(state);
  if (!parsed.ok) throw new TypeError(`not a cutover state: ${parsed.fault}`);
  return parsed.state;
}

export function samePlace(a: CutoverState, b: CutoverState): boolean {
  return (
    a.stage === b.stage &&
    a.rolloutPercent === b.rolloutPercent &&
    sameKeys(a.allow, b.allow) &&
    sameKeys(a.deny, b.deny)
  );
}

export function sameCutover(a: Cutover, b: Cutover): boolean {
  return a.version === b.version && a.unreadable === b.unreadable && samePlace(a, b);
}

export function faultsOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`).join('; ');
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((key, i) => key === b[i]));
}
