import { createHash, randomBytes } from 'node:crypto';

export interface OpaqueToken {
  /** For its holder alone. */
  readonly text: string;
  /** What is kept. A plain SHA-256 is enough for 256 random bits: there is nothing to guess. */
  readonly hash: Buffer;
}

export function mintOpaqueToken(): OpaqueToken {
  const text = randomBytes(32).toString('base64url');
  return { text, hash: hashOpaqueToken(text) };
}

export function hashOpaqueToken(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
