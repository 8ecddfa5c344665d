import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { type TokenKey, tokenAudience, tokenIssuers } from '../authentication/token-key.ts';

/** A key of the auth service, as anyone may read it. */
export interface PublicKey {
  readonly keyId: string;
  /** Tokens by it are good until then. */
  readonly verifiedUntil: Date;
  readonly tokenKey: TokenKey;
  /** RFC 7517, for whoever else verifies. */
  readonly jwk: z.output<typeof jwkSchema> & {
    readonly kid: string;
    readonly alg: 'ES256';
    readonly use: 'sig';
  };
}

const jwkSchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
});

export const keyRow = z.object({
  key_id: z.string(),
  algorithm: z.literal('ES256'),
  public_jwk: jwkSchema,
  verified_until: z.date(),
});

/** @throws if the row is no ES256 key, or its point is not on the curve */
export function publicKeyOf(row: unknown): PublicKey {
  const { key_id: keyId, algorithm, public_jwk: jwk, verified_until: verifiedUntil } = keyRow.parse(row);
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  return {
    keyId,
    verifiedUntil,
    tokenKey: { algorithm, key: pem.toString(), issuer: tokenIssuers.auth, audience: tokenAudience },
    // Field by field: what else a row may hold is published by nobody.
    jwk: { ...jwk, kid: keyId, alg: 'ES256', use: 'sig' },
  };
}
