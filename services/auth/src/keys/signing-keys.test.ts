import { connect, createDatabaseTokenKeys, createLog, tokenAudience } from '@banyan/serving';
import { createFakeClock, type FakeClock } from '@banyan/serving/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeProtectedHeader, importSPKI, jwtVerify } from 'jose';
import type { Knex } from 'knex';
import { type AuthDatabase, createAuthDatabase } from '../testing/auth-database.ts';
import { createAccessTokens } from './access-tokens.ts';
import { createKeySeal } from './seal-private-key.ts';
import { createSigningKeys } from './signing-keys.ts';

const dayMs = 24 * 60 * 60 * 1_000;
const secret = 'a secret of more than thirty-two bytes';
const log = createLog('test', 'silent');

describe('signing keys', () => {
  let database: AuthDatabase;
  let db: Knex;
  let clock: FakeClock;
  beforeAll(async () => {
    database = await createAuthDatabase();
    db = connect({ url: database.urlAs('auth_service'), applicationName: 'test', poolSize: 10 });
  });
  afterAll(async () => {
    await db?.destroy();
    await database?.drop();
  });
  beforeEach(async () => {
    clock = createFakeClock(new Date(Date.UTC(2026, 0, 1)));
    await db('signing_keys').delete();
  });

  const signingKeys = (sealedUnder = secret) =>
    createSigningKeys({ db, clock, seal: createKeySeal(sealedUnder), log });
  const keyRows = () => db('signing_keys').orderBy('created_at').select('*');
  const caller = {
    userId: '0191f3b5-7a6e-7000-8000-000000000001',
    sessionId: '0191f3b5-7a6e-7000-8000-000000000002',
  };

  async function mint(keys = signingKeys()): Promise<string> {
    const minter = createAccessTokens({
      keys,
      clock,
      issuer: 'https://banyan.example/auth',
      accessTokenMinutes: 1_440,
    });
    return (await (await minter.minter())(caller)).text;
  }

  /** As either side would, by the public half alone. */
  function verifier() {
    const { find } = createDatabaseTokenKeys({ db, clock, log, known: {} });
    return async (token: string) => {
      const key = await find(String(decodeProtectedHeader(token).kid));
      if (key === undefined) throw new Error('no such key');
      return jwtVerify(token, await importSPKI(key.key, key.algorithm), {
        algorithms: [key.algorithm],
        issuer: key.issuer,
        audience: tokenAudience,
        currentDate: clock.now(),
      });
    };
  }

  it('are made by whoever needs one first, once, however many do at once', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => signingKeys().current()));
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1);
    expect(await keyRows()).toHaveLength(1);
  });

  it('publish their public half alone', async () => {
    await signingKeys().current();
    const [{ public_jwk }] = await keyRows();
    expect(Object.keys(public_jwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  it('are the same for every environment of the service', async () => {
    const { keyId, privateKey } = await signingKeys().current();
    const other = await signingKeys().current();
    expect(other.keyId).toBe(keyId);
    expect(other.privateKey.equals(privateKey)).toBe(true);
  });

  it('are not read for every token', async () => {
    const keys = signingKeys();
    const { keyId } = await keys.current();
    await db('signing_keys').delete();
    expect((await keys.current()).keyId).toBe(keyId);
    clock.advance(31_000);
    expect((await keys.current()).keyId).not.toBe(keyId);
  });

  it('that were sealed under another secret sign nothing, and make way for one that does', async () => {
    const { keyId } = await signingKeys().current();
    const token = await mint();
    const other = await signingKeys('another secret of more than 32 bytes').current();
    expect(other.keyId).not.toBe(keyId);
    await verifier()(token);
  });

  it.each([
    [
      'tampered with',
      (sealed: Buffer) => Buffer.concat([sealed.subarray(0, -1), Buffer.from([(sealed.at(-1) ?? 0) ^ 1])]),
    ],
    ['cut short', (sealed: Buffer) => sealed.subarray(0, 20)],
    ['emptied', () => Buffer.alloc(0)],
  ])('that were %s sign nothing, and make way for one that does', async (_what, change) => {
    const { keyId } = await signingKeys().current();
    const [{ sealed_private_key }] = await keyRows();
    await db('signing_keys')
      .where({ key_id: keyId })
      .update({ sealed_private_key: change(sealed_private_key) });
    expect((await signingKeys().current()).keyId).not.toBe(keyId);
  });

  it('that were put in another one\u2019s place sign nothing', async () => {
    await signingKeys().current();
    const [row] = await keyRows();
    await db('signing_keys').delete();
    await db('signing_keys').insert({ ...row, key_id: 'moved', public_jwk: JSON.stringify(row.public_jwk) });
    expect((await signingKeys().current()).keyId).not.toBe('moved');
  });

  it('turn over for months, and every token is good to its end, wherever it is verified', async () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 9 * dayMs }), { minLength: 20, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(gaps, async (waits) => {
        await db('signing_keys').delete();
        const environments = [signingKeys(), signingKeys()];
        const issued: { token: string; endsMs: number }[] = [];
        for (const [turn, wait] of waits.entries()) {
          clock.advance(wait);
          const token = await mint(environments[turn % 2]);
          const verify = verifier();
          issued.push({ token, endsMs: clock.now().getTime() + dayMs });
          for (const { token: good } of issued.filter(({ endsMs }) => endsMs > clock.now().getTime())) {
            await verify(good);
          }
        }
        const living = (await keyRows()).filter(({ verified_until }) => verified_until > clock.now());
        expect(living.length).toBeLessThanOrEqual(3);
      }),
      { numRuns: 3, seed: 3 },
    );
  });

  it('are deleted when nothing can be verified by them any more', async () => {
    const { keyId } = await signingKeys().current();
    clock.advance(100 * dayMs);
    await signingKeys().current();
    expect((await keyRows()).map(({ key_id }) => key_id)).not.toContain(keyId);
  });
});
