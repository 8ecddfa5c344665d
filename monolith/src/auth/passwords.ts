import { maxPasswordBytes } from '@banyan/contracts';
import { createHashingBound } from '@banyan/serving';
import { compare, hash } from '@node-rs/bcrypt';

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Takes as long without a hash, so that the time does not tell whether there is an account. */
  matches(password: string, storedHash: string | undefined): Promise<boolean>;
}

/** bcrypt, off the main thread. `cost`: each step up doubles the time. */
export async function createPasswords(cost: number): Promise<Passwords> {
  const nobodys = await hash('the password of nobody', cost);
  const bounded = createHashingBound();

  return {
    hash: (password) => bounded(() => hash(password, cost)),
    async matches(password, storedHash) {
      const matched = await bounded(() => compare(password, storedHash ?? nobodys));
      return matched && storedHash !== undefined && isReadWhole(password);
    },
  };
}

/** bcrypt stops at 72 bytes, and UTF-8 has no lone surrogates: past either, another password would match as well. */
function isReadWhole(password: string): boolean {
  return (
    Buffer.byteLength(password) <= maxPasswordBytes && password.isWellFormed() && !password.includes('\0')
  );
}
