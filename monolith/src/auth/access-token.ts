import { randomUUID } from 'node:crypto';
import { type Caller, type Clock, monolithTokenKey } from '@banyan/serving';
import { SignJWT } from 'jose';

export interface AccessToken {
  readonly text: string;
  readonly expiresAt: Date;
}

export interface AccessTokenOptions {
  readonly jwtSecret: string;
  readonly jwtKeyId: string;
  readonly accessTokenMinutes: number;
}

/** Signs an access token for a session (RFC 7519). It says who, and nothing about them. */
export async function signAccessToken(
  options: AccessTokenOptions,
  clock: Clock,
  { userId, sessionId }: Caller,
): Promise<AccessToken> {
  const { algorithm, issuer, audience } = monolithTokenKey(options.jwtSecret);
  const issuedAt = Math.floor(clock.now().getTime() / 1_000);
  const expiresAt = issuedAt + options.accessTokenMinutes * 60;
  const text = await new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: options.jwtKeyId })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(userId)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(Buffer.from(options.jwtSecret));
  return { text, expiresAt: new Date(expiresAt * 1_000) };
}
