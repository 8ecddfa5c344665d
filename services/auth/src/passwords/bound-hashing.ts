import { createHashingBound } from '@banyan/serving';
import type { Passwords } from './passwords.ts';

/** Hashes and compares so many at a time, and refuses the others for now. */
export function boundHashing(passwords: Passwords, maxUnderWay?: number): Passwords {
  const bounded = createHashingBound(maxUnderWay);
  return {
    hash: (password) => bounded(() => passwords.hash(password)),
    compare: (password, stored) => bounded(() => passwords.compare(password, stored)),
  };
}
