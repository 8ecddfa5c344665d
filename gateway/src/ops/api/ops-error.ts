import { z } from 'zod';

/** Every way in which the ops API says no, with its HTTP status. */
export const opsErrorStatuses = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  refused: 409,
  'version-conflict': 409,
  'read-only': 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  misdirected: 421,
  internal: 500,
  'seam-failed': 502,
  'store-unavailable': 503,
} as const;

export type OpsErrorCode = keyof typeof opsErrorStatuses;

const codes = Object.keys(opsErrorStatuses) as [OpsErrorCode, ...OpsErrorCode[]];

export const opsErrorBody = z.object({
  error: z.object({
    code: z.enum(codes),
    message: z.string(),
    /** Each on its own, where there are several. */
    reasons: z.array(z.string()).optional(),
  }),
});
export type OpsErrorBody = z.output<typeof opsErrorBody>;

/** Ends a request. What it says is for operators, and nothing else of the inside reaches them. */
export class OpsError extends Error {
  readonly code: OpsErrorCode;
  readonly reasons: readonly string[] | undefined;

  constructor(
    code: OpsErrorCode,
    message: string,
    options: { reasons?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'OpsError';
    this.code = code;
    this.reasons = options.reasons;
  }

  get status(): number {
    return opsErrorStatuses[this.code];
  }

  body(): OpsErrorBody {
    const reasons = this.reasons === undefined ? {} : { reasons: [...this.reasons] };
    return { error: { code: this.code, message: this.message, ...reasons } };
  }
}
