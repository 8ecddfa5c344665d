import { z } from 'zod';

/** Every error code that a client can meet, with the one status that it is always sent with. */
export const errorStatuses = {
  invalid_request: 400,
  invalid_reset_token: 400,
  unauthorized: 401,
  invalid_credentials: 401,
  invalid_refresh_token: 401,
  wrong_password: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  email_taken: 409,
  slug_taken: 409,
  invalid_transition: 409,
  order_conflict: 409,
  waitlist_closed: 409,
  not_called: 409,
  idempotency_in_progress: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  unprocessable_image: 422,
  idempotency_key_reused: 422,
  no_contact: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorStatuses;

/** One fault in a request: where it is (`body.email`, `query.limit`, `params.id`) and what is wrong with it. */
export const requestFault = z.object({ path: z.string(), message: z.string() });
export type RequestFault = z.output<typeof requestFault>;

export const errorBody = z.object({
  error: z.object({
    code: z.enum(Object.keys(errorStatuses) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    requestId: z.string(),
    details: z.array(requestFault).optional(),
  }),
});
export type ErrorBody = z.output<typeof errorBody>;

export interface ApiErrorOptions {
  readonly details?: readonly RequestFault[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Ends a request with the contract's error answer. `message` reaches the client: it says nothing of the inside. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: readonly RequestFault[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, options: ApiErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = errorStatuses[code];
    this.details = options.details;
    this.headers = options.headers ?? {};
  }

  toBody(requestId: string): ErrorBody {
    const details = this.details === undefined ? {} : { details: [...this.details] };
    return { error: { code: this.code, message: this.message, requestId, ...details } };
  }
}
