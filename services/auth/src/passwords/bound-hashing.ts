import { ApiError } from '@banyan/contracts';
import type { Passwords } from './passwords.ts';

/** More than this many at a time would only wait: a core does about four a second at cost 12. */
const defaultMaxUnderWay = 32;

/** Refuses for now what would only wait, so that a herd of logins can't make every one of them too late. */
export function boundHashing(passwords: Passwords, maxUnderWay = defaultMaxUnderWay): Passwords {
  let underWay = 0;

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
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
  }

  return {
    hash: (password) => bounded(() => passwords.hash(password)),
    compare: (password, stored) => bounded(() => passwords.compare(password, stored)),
  };
}
