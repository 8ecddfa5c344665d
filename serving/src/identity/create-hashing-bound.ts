import { ApiError } from '@banyan/contracts';

/** More than this many at a time would only wait: a core does about four a second, by bcrypt at cost 12. */
const defaultMaxUnderWay = 32;

/**
 * Refuses for now what would only wait, so that a herd of logins can't make every one of them too late.
 * @throws ApiError unavailable, and whatever the work throws
 */
export function createHashingBound(
  maxUnderWay = defaultMaxUnderWay,
): <T>(work: () => Promise<T>) => Promise<T> {
  let underWay = 0;
  return async function bounded(work) {
    if (underWay >= maxUnderWay) {
      throw new ApiError('unavailable', 'Too many logins at once. Please try again.', {
        headers: { 'retry-after': '2' },
      });
    }
    underWay += 1;
    try {
      return await work();
    } finally {
      underWay -= 1;
    }
  };
}
