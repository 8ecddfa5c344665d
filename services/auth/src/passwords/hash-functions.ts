import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { hash as bcryptHash, compare } from '@node-rs/bcrypt';

/** The slow work, off the main thread. */
export interface HashFunctions {
  bcryptHash(password: string): Promise<string>;
  bcryptCompare(password: string, hash: string): Promise<boolean>;
  argon2idHash(password: string): Promise<string>;
  argon2idVerify(hash: string, password: string): Promise<boolean>;
}

/**
 * OWASP's parameters (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. The algorithm is the package's
 * default, argon2id; its name there is a const enum, which can't be imported where types are stripped.
 */
const argon2Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** @param bcryptCost each step up doubles the time */
export function createHashFunctions(bcryptCost: number): HashFunctions {
  return {
    bcryptHash: (password) => bcryptHash(password, bcryptCost),
    bcryptCompare: (password, hash) => compare(password, hash),
    argon2idHash: (password) => argon2Hash(password, argon2Options),
    argon2idVerify: (hash, password) => argon2Verify(hash, password),
  };
}
