import { createHash, createHmac, hkdfSync } from 'node:crypto';

export interface GuestTokens {
  /** The token that stands for a guest's place: the same at each call, so that every mail may link to it. */
  tokenOf(waiteeId: string): string;
  /** What is kept of a token, and what a place is found by. */
  hashOf(token: string): Buffer;
}

/** Makes this key another than those that the same secret serves elsewhere (RFC 5869 §3.2). */
const label = 'banyan/guest-tokens/1';

/** A token is an HMAC over the guest's id: nobody without the secret can make one from an id that they have seen. */
export function createGuestTokens(secret: string): GuestTokens {
  const key = Buffer.from(hkdfSync('sha256', secret, '', label, 32));
  return {
    tokenOf: (waiteeId) => createHmac('sha256', key).update(waiteeId.toLowerCase()).digest('base64url'),
    hashOf: (token) => createHash('sha256').update(token).digest(),
  };
}
