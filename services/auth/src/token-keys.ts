import { createPublicKey } from 'node:crypto';
import { type Clock, type FindTokenKey, type Handlers, tokenAudience } from '@banyan/serving';
import type { Knex } from 'knex';
import type { Config } from './config.ts';

export interface TokenKeys {
  readonly issuer: string;
  readonly find: FindTokenKey;
  readonly getJwks: Handlers<'getJwks'>['getJwks'];
}

export function createTokenKeys({
  config,
  db,
  clock,
}: {
  config: Config;
  db: Knex;
  clock: Clock;
}): TokenKeys {
  const issuer = 'https://banyan.example/auth';
  const rows = (): Promise<{ key_id: string; public_jwk: Record<string, unknown> }[]> =>
    db('signing_keys').where('verified_until', '>', clock.now()).select('key_id', 'public_jwk') as never;
  return {
    issuer,
    async find(keyId) {
      if (keyId === config.legacyJwtKeyId) {
        return {
          algorithm: 'HS256',
          key: config.legacyJwtSecret,
          issuer: 'https://banyan.example/monolith',
          audience: tokenAudience,
        };
      }
      const row = (await rows()).find((key) => key.key_id === keyId);
      if (row === undefined) return undefined;
      const key = createPublicKey({ key: row.public_jwk, format: 'jwk' })
        .export({ type: 'spki', format: 'pem' })
        .toString();
      return { algorithm: 'ES256', key, issuer, audience: tokenAudience };
    },
    getJwks: async () => ({
      status: 200,
      body: { keys: (await rows()).map(({ public_jwk }) => public_jwk) },
      headers: { 'cache-control': 'public, max-age=300' },
    }),
  };
}
