import { ApiError } from '@banyan/contracts';
import type { ErrorRequestHandler } from 'express';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const sqlStates = new Set([
  '42P01', // undefined table
  '42703', // undefined column
  '42501', // insufficient privilege
]);

/**
 * While the seam is not in schema `auth`, the accounts are the monolith's, and this role can't reach them. Requests that
 * were on their way when it moved are told to come again, when they go to the other side.
 */
export const answerWithoutSeam: ErrorRequestHandler = (fault: unknown, _request, _response, next) => {
  const isWithoutSeam = fault instanceof Error && 'code' in fault && sqlStates.has(String(fault.code));
  next(
    isWithoutSeam
      ? new ApiError('unavailable', 'The service is not available at the moment. Please try again.', {
          cause: fault,
          headers: { 'retry-after': '1' },
        })
      : fault,
  );
};
