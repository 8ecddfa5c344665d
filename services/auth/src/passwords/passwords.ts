import { createHash } from 'node:crypto';
import { maxPasswordBytes } from '@banyan/contracts';
import type { HashFunctions } from './hash-functions.ts';

/** What is kept of a password. Both sides read the bcrypt hash, until the monolith is retired. */
export interface PasswordHashes {
  readonly bcrypt: string;
  readonly argon2id: string;
  /**
   * SHA-256 of the bcrypt hash that the argon2id hash was written beside. It counts only beside that one: when the
   * monolith sets a new password it knows nothing of ours, which is retired by that alone.
   */
  readonly argon2idBeside: Buffer;
}

/** An account's hashes as they were found. */
export interface StoredHashes {
  readonly bcrypt: string;
  readonly argon2id: string | null;
  readonly argon2idBeside: Buffer | null;
}

export type Comparison =
  | { readonly matches: false }
  /** `upgrade`: what to keep from now on, if the account had no argon2id hash that counts. */
  | { readonly matches: true; readonly upgrade: PasswordHashes | undefined };

export interface Passwords {
  hash(password: string): Promise<PasswordHashes>;
  /**
   * Does the same work for an account that isn't there, for one that the monolith made, and for one that has both
   * hashes: one bcrypt comparison and one argon2id hash. The time tells nobody which it was.
   */
  compare(password: string, stored: StoredHashes | undefined): Promise<Comparison>;
}

/** @param functions as `createHashFunctions` makes them; tests count their calls */
export function createPasswords(functions: HashFunctions): Passwords {
  const { nobodysBcrypt, bcryptHash, bcryptCompare, argon2idHash, argon2idVerify } = functions;

  return {
    async hash(password) {
      const [bcrypt, argon2id] = await Promise.all([bcryptHash(password), argon2idHash(password)]);
      return { bcrypt, argon2id, argon2idBeside: fingerprint(bcrypt) };
    },

    async compare(password, stored) {
      const current = stored && currentArgon2id(stored);
      const bcryptMatches = bcryptCompare(password, stored?.bcrypt ?? nobodysBcrypt);
      if (current !== undefined) {
        const [matches] = await Promise.all([argon2idVerify(current, password), bcryptMatches]);
        return matches && isReadWhole(password) ? { matches: true, upgrade: undefined } : { matches: false };
      }
      const [argon2id, matches] = await Promise.all([argon2idHash(password), bcryptMatches]);
      if (!matches || stored === undefined || !isReadWhole(password)) return { matches: false };
      const { bcrypt } = stored;
      return { matches: true, upgrade: { bcrypt, argon2id, argon2idBeside: fingerprint(bcrypt) } };
    },
  };
}

function currentArgon2id({ bcrypt, argon2id, argon2idBeside }: StoredHashes): string | undefined {
  return argon2id !== null && argon2idBeside?.equals(fingerprint(bcrypt)) ? argon2id : undefined;
}

function fingerprint(bcrypt: string): Buffer {
  return createHash('sha256').update(bcrypt).digest();
}

/** bcrypt stops at 72 bytes, and UTF-8 has no lone surrogates: past either, another password would match as well. */
function isReadWhole(password: string): boolean {
  return (
    Buffer.byteLength(password) <= maxPasswordBytes && password.isWellFormed() && !password.includes('\0')
  );
}
