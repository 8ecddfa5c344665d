import { z } from 'zod';
import { stages } from '../../cutover/cutover.ts';

/** What the ops API's requests and answers are made of. */

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max)
    // It is shown in terminals and logs, where a control character would act.
    .regex(/^\P{Cc}*$/u, 'must be one line of text');

export const stage = z.enum(stages);
export const side = z.enum(['legacy', 'service']);
export const why = line(500).describe('Why, for the audit log');
export const cohortKey = line(512);
export const cohortKeys = z.array(cohortKey).min(1).max(1_000);
export const rolloutPercent = z
  .number()
  .min(0)
  .max(100)
  .refine((percent) => Math.abs(percent * 100 - Math.round(percent * 100)) < 1e-6, 'must be to 0.01 at most')
  // 0.07 * 100 is 7.000000000000001, so that the nearest hundredth is what is kept.
  .transform((percent) => Math.round(percent * 100) / 100);

export const cutoverState = z.object({
  stage,
  rolloutPercent: z.number(),
  allow: z.array(z.string()),
  deny: z.array(z.string()),
});

export const cutover = cutoverState.extend({
  version: z.number().int(),
  changedAt: z.string().optional(),
  changedBy: z.string().optional(),
  why: z.string().optional(),
  /** Why what the store holds makes no sense to this gateway; the last state that did rules. */
  unreadable: z.string().optional(),
});

export const cutoverChange = z.object({
  id: z.string(),
  capability: z.string(),
  version: z.number().int(),
  kind: z.enum(['stage', 'rollout', 'rollback', 'allow', 'deny', 'revert']),
  at: z.string(),
  by: z.string(),
  why: z.string(),
  forced: z.boolean(),
  reverts: z.string().optional(),
  from: cutoverState,
  to: cutoverState,
});

/** `change` is null where all was as wanted already, so that asking twice does no harm. */
export const changeAnswer = z.object({ capability: z.string(), change: cutoverChange.nullable(), cutover });
export type ChangeAnswer = z.output<typeof changeAnswer>;

export const precondition = z.object({ name: z.string(), met: z.boolean(), detail: z.string() });

/** What a seam says of itself; see *The seam protocol* in the gateway's README. */
export const seamReport = z.object({
  state: z.string(),
  states: z.array(z.string()),
  ready: z.boolean(),
  next: z.string().nullable(),
  previous: z.string().nullable(),
  work: z
    .object({
      name: z.string(),
      done: z.number(),
      total: z.number(),
      failed: z.number().default(0),
    })
    .optional(),
  /** In milliseconds, by what was just done. */
  took: z.number().optional(),
});
export type SeamReport = z.output<typeof seamReport>;

export const checkVerdict = z.enum(['ok', 'warn', 'fail']);

export const doctorReport = z.object({
  healthy: z.boolean(),
  checks: z.array(
    z.object({
      name: z.string(),
      verdict: checkVerdict,
      detail: z.string(),
      /** What to do about it. */
      advice: z.string().optional(),
    }),
  ),
});
export type DoctorReport = z.output<typeof doctorReport>;
export type DoctorCheck = DoctorReport['checks'][number];
