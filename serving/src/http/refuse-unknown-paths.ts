import { ApiError } from '@banyan/contracts';
import type { RequestHandler } from 'express';

/** After all that is served: there is nothing at this path. */
export const refuseUnknownPaths: RequestHandler = () => {
  throw new ApiError('not_found', 'There is nothing at this path.');
};
