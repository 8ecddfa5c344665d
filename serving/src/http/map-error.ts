import { ApiError } from '@banyan/contracts';
import type { ErrorRequestHandler } from 'express';
import { isDatabaseUnavailable } from '../database/is-unavailable.ts';
import type { Log } from '../log.ts';
import { ClientGone } from './client-gone.ts';
import { requestIdOf } from './request-id.ts';
import { sendAnswer } from './send-answer.ts';

/** The one place in which a fault becomes an answer, and the one in which it is logged. */
export function mapErrors(log: Log): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (fault: unknown, _request, response, _next) => {
    if (fault instanceof ClientGone || response.destroyed) {
      response.destroy();
      return;
    }
    const error = toApiError(fault);
    const requestId = requestIdOf(response);
    if (error.status >= 500)
      log.error({ requestId, route: response.locals.routeName, err: fault }, 'request failed');
    if (response.headersSent) {
      // Half an answer is out: a broken connection says so, an ordinary end would pass it off as whole.
      response.destroy();
      return;
    }
    for (const name of response.getHeaderNames()) if (aboutTheBody.has(name)) response.removeHeader(name);
    sendAnswer(response, { status: error.status, body: error.toBody(requestId), headers: error.headers });
  };
}

/** What a handler may have set for the answer that it then could not give. */
const aboutTheBody = new Set([
  'etag',
  'last-modified',
  'content-range',
  'content-encoding',
  'accept-ranges',
  'location',
]);

function toApiError(fault: unknown): ApiError {
  if (fault instanceof ApiError) return fault;
  if (isUndecodablePath(fault)) {
    return new ApiError('invalid_request', 'The path has a broken percent-escape.', { cause: fault });
  }
  if (isDatabaseUnavailable(fault)) {
    return new ApiError('unavailable', 'The service is not available at the moment. Please try again.', {
      cause: fault,
      headers: { 'retry-after': '1' },
    });
  }
  return new ApiError('internal', 'Something went wrong on our side.', { cause: fault });
}

/** What Express's router throws for `/api/waitlists/%zz`. */
function isUndecodablePath(fault: unknown): boolean {
  return fault instanceof URIError && 'status' in fault && fault.status === 400;
}
