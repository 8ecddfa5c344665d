import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { monolithTokenKey, tokenIssuers } from '../authentication/token-key.ts';
import { connect } from '../database/connect.ts';
import { isDatabaseUnavailable } from '../database/is-unavailable.ts';
import type { RouteRequest } from '../http/route-handler.ts';
import { createLog } from '../log.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createTestSchema, type TestSchema } from '../testing/test-schema.ts';
import { createDatabaseTokenKeys } from './create-database-token-keys.ts';

const ddl = `CREATE TABLE signing_keys (
  key_id text PRIMARY KEY, algorithm text NOT NULL, public_jwk jsonb NOT NULL, verified_until timestamptz NOT NULL
)`;
const hourMs = 60 * 60 * 1_000;
const log = createLog('test', 'silent');
const known = { 'legacy-1': monolithTokenKey('the monolith’s secret') };

describe('the keys of both sides', () => {
  let schema: TestSchema;
  beforeEach(async () => {
    schema = await createTestSchema(ddl);
  });
  afterEach(() => schema.drop());

  function keysOf(clock = createFakeClock(), db = schema.db) {
    return createDatabaseTokenKeys({ db, clock, log, known });
  }

  async function publish(keyId: string, namedCurve = 'P-256', extra: object = {}): Promise<void> {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve });
    await schema.db('signing_keys').insert({
      key_id: keyId,
      algorithm: 'ES256',
      public_jwk: JSON.stringify({ ...publicKey.export({ format: 'jwk' }), ...extra }),
      verified_until: new Date(Date.now() + hourMs),
    });
  }

  const published = async (keys: ReturnType<typeof keysOf>) =>
    (await keys.getJwks({} as RouteRequest<'getJwks'>)).body;

  it('are the monolith’s alone where nothing else signs yet', async () => {
    await schema.db.raw('DROP TABLE signing_keys');
    const keys = keysOf();
    expect(await keys.find('legacy-1')).toMatchObject({ algorithm: 'HS256', issuer: tokenIssuers.monolith });
    expect(await keys.find('other')).toBeUndefined();
    expect(await published(keys)).toEqual({ keys: [] });
  });

  it('are the service’s too, each with its own algorithm and issuer', async () => {
    await publish('k1');
    expect(await keysOf().find('k1')).toMatchObject({
      algorithm: 'ES256',
      issuer: tokenIssuers.auth,
      key: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----/),
    });
  });

  it('know a key whose first token comes right after somebody else asked for one that is none', async () => {
    const keys = keysOf();
    expect(await keys.find('none')).toBeUndefined();
    await publish('k1');
    expect(await keys.find('k1')).toBeDefined();
  });

  it('ask the database once for however many key ids that are made up', async () => {
    let queries = 0;
    const count = () => {
      queries += 1;
    };
    schema.db.on('query', count);
    const keys = keysOf();
    await Promise.all(Array.from({ length: 500 }, (_, index) => keys.find(`forged-${index}`)));
    schema.db.off('query', count);
    expect(queries).toBe(1);
  });

  it('ask the database no more for a key that they know, until it might have been withdrawn', async () => {
    const clock = createFakeClock();
    const keys = keysOf(clock);
    await publish('k1');
    expect(await keys.find('k1')).toBeDefined();
    await schema.db('signing_keys').delete();
    clock.advance(29_000);
    expect(await keys.find('k1')).toBeDefined();
    clock.advance(1_000);
    expect(await keys.find('k1')).toBeUndefined();
  });

  it('end when the last token by them has', async () => {
    const clock = createFakeClock();
    const keys = keysOf(clock);
    await publish('k1');
    clock.advance(hourMs - 10_000);
    expect(await keys.find('k1')).toBeDefined();
    clock.advance(60_000);
    expect(await keys.find('k1')).toBeUndefined();
  });

  it('are published without what is not public, and as what they are for', async () => {
    await publish('k2', 'P-256', { d: 'private', kid: 'other', alg: 'none' });
    await publish('k1');
    expect(await published(keysOf())).toEqual({
      keys: ['k1', 'k2'].map((kid) => ({
        kty: 'EC',
        crv: 'P-256',
        x: expect.any(String),
        y: expect.any(String),
        kid,
        alg: 'ES256',
        use: 'sig',
      })),
    });
  });

  it('pass over a row that is no key for ES256, and keep the others', async () => {
    await publish('wrong-curve', 'P-384');
    await publish('off-curve', 'P-256', { x: 'AAAA' });
    await publish('k1');
    const keys = keysOf();
    expect(await keys.find('wrong-curve')).toBeUndefined();
    expect(await keys.find('off-curve')).toBeUndefined();
    expect(await keys.find('k1')).toBeDefined();
  });

  it('refuse nobody while the database is away: they say that it is, but for the monolith’s', async () => {
    const db = connect({ url: 'postgres://127.0.0.1:1/none', applicationName: 'test', poolSize: 1 });
    const keys = keysOf(createFakeClock(), db);
    expect(await keys.find('legacy-1')).toBeDefined();
    const fault = await keys.find('k1').catch((error: unknown) => error);
    expect(isDatabaseUnavailable(fault)).toBe(true);
    await db.destroy();
  });
});
