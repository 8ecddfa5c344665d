import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { hash as bcryptHash, compare } from '@node-rs/bcrypt';

/** The slow work, off the main thread. */
export interface HashFunctions {
  /** What a password is compared with where there is no account: as costly as any other, and matched by none. */
  readonly nobodysBcrypt: string;
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
    // Made up rather than computed, which would be on the time of the first client of each environment.
    nobodysBcrypt: `$2b$${String(bcryptCost).padStart(2, '0')}$${'.'.repeat(22)}${'x'.repeat(30)}u`,
    bcryptHash: (password) => bcryptHash(password, bcryptCost),
    bcryptCompare: (password, hash) => compare(password, hash),
    argon2idHash: (password) => argon2Hash(password, argon2Options),
    argon2idVerify: (hash, password) => argon2Verify(hash, password),
  };
}
