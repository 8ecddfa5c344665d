import { randomUUID } from 'node:crypto';
import { type Caller, type Clock, tokenAudience } from '@banyan/serving';
import { SignJWT } from 'jose';
import type { SigningKeys } from './signing-keys.ts';

export interface AccessToken {
  readonly text: string;
  readonly expiresAt: Date;
}

/** Mints one access token (RFC 7519): it says who, and nothing about them. */
export type Mint = (caller: Caller) => Promise<AccessToken>;

export interface AccessTokens {
  /** Settles on a key, which may need the database; minting then needs nothing, so that it can be done in a transaction. */
  minter(): Promise<Mint>;
}

export interface AccessTokensDeps {
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly issuer: string;
  readonly accessTokenMinutes: number;
}

export function createAccessTokens(deps: AccessTokensDeps): AccessTokens {
  const { keys, clock, issuer, accessTokenMinutes } = deps;
  return {
    async minter() {
      const { keyId, privateKey } = await keys.current();
      return async ({ userId, sessionId }) => {
        const issuedAt = Math.floor(clock.now().getTime() / 1_000);
        const expiresAt = issuedAt + accessTokenMinutes * 60;
        const text = await new SignJWT({ sid: sessionId })
          .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: keyId })
          .setIssuer(issuer)
          .setAudience(tokenAudience)
          .setSubject(userId)
          .setJti(randomUUID())
          .setIssuedAt(issuedAt)
          .setExpirationTime(expiresAt)
          .sign(privateKey);
        return { text, expiresAt: new Date(expiresAt * 1_000) };
      };
    },
  };
}
