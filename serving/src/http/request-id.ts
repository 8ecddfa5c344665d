import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

const acceptable = /^[A-Za-z0-9._-]{1,128}$/;

/** Keeps the id that a client or a proxy gave the request, if it is fit for logs and headers, or gives it one. */
export const assignRequestId: RequestHandler = (request, response, next) => {
  const given = request.headers['x-request-id'];
  const requestId = typeof given === 'string' && acceptable.test(given) ? given : randomUUID();
  response.locals.requestId = requestId;
  response.setHeader('x-request-id', requestId);
  next();
};

export function requestIdOf(response: { readonly locals: Record<string, unknown> }): string {
  return String(response.locals.requestId);
}
