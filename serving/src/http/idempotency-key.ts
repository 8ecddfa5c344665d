import { createHash } from 'node:crypto';
import { ApiError, type RouteSpec } from '@banyan/contracts';
import type { Request } from 'express';

const acceptable = /^[\x21-\x7e]{1,255}$/;

/**
 * The request's `Idempotency-Key`, if it is one that may matter: on a route that only reads there is nothing to repeat.
 * @throws ApiError invalid_request. A header that is sent twice arrives joined by a comma and a space, and is refused so.
 */
export function idempotencyKeyOf(route: RouteSpec, request: Request): string | undefined {
  const given = request.headers['idempotency-key'];
  if (given === undefined || route.replay === 'safe') return undefined;
  if (typeof given === 'string' && acceptable.test(given)) return given;
  throw new ApiError('invalid_request', 'The Idempotency-Key must be 1 to 255 visible ASCII characters.', {
    details: [{ path: 'headers.idempotency-key', message: 'must be 1 to 255 visible ASCII characters' }],
  });
}

/** Over the request as it was understood: two spellings of one request are the same request. */
export function hashRequest(parsed: {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly upload: { readonly bytes: Buffer } | undefined;
}): Buffer {
  const upload = parsed.upload && createHash('sha256').update(parsed.upload.bytes).digest('hex');
  return createHash('sha256')
    .update(
      JSON.stringify([parsed.params ?? null, parsed.query ?? null, parsed.body ?? null, upload ?? null]),
    )
    .digest();
}
