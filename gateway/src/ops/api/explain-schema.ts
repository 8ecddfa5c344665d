import { z } from 'zod';
import { cohortKey, side, stage } from './schemas.ts';

/** A request as an operator describes it. */
export const explainQuestion = z.strictObject({
  method: z
    .string()
    .max(32)
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be a method')
    .transform((method) => method.toUpperCase()),
  path: z
    .string()
    .max(16_384)
    // What can't stand in a request line can't be asked about either.
    .regex(/^\/[\x21-\x7e]*$/, 'must begin with "/" and hold no spaces'),
  user: cohortKey.optional().describe('The subject of the caller’s token'),
  headers: z.record(z.string().max(200), z.string().max(8_192)).default({}),
  address: z.string().max(100).optional().describe('The client’s address'),
  bodyBytes: z.int().min(0).optional(),
});
export type ExplainQuestion = z.output<typeof explainQuestion>;

export const explainAnswer = z.object({
  /** `GET /api/auth/me → legacy: auth is at legacy` */
  text: z.string(),
  capability: z.string().nullable(),
  route: z.string().nullable(),
  /** Null where the gateway itself refuses the request. */
  side: side.nullable(),
  reason: z.string(),
  stage: stage.nullable(),
  rolloutPercent: z.number().nullable(),
  /** Which of the plan's keys was there, and where in the 10,000 buckets it falls. */
  key: z.string().nullable(),
  cohort: z.number().nullable(),
});
export type ExplainAnswer = z.output<typeof explainAnswer>;
