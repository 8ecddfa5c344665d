import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import type { Session } from '@banyan/contracts';
import { tokenAudience, tokenIssuers } from '@banyan/serving';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import request from 'supertest';
import { bearer, registerUser } from '../testing/register-user.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

describe('access tokens of the auth service', () => {
  const keyId = 'k1';
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let app: TestApp;
  let user: Session;
  let sessionId: string;
  beforeAll(async () => {
    app = await startTestApp();
    user = await registerUser(app.url);
    sessionId = (await app.db('sessions').where({ user_id: user.user.id }).first('id')).id;
    // As the monolith sees it: the seam puts a view of this name there.
    await app.db.raw(
      'CREATE TABLE signing_keys (key_id text, algorithm text, public_jwk jsonb, verified_until timestamptz)',
    );
    await app.db('signing_keys').insert({
      key_id: keyId,
      algorithm: 'ES256',
      public_jwk: JSON.stringify(publicKey.export({ format: 'jwk' })),
      verified_until: new Date(Date.now() + 3_600_000),
    });
  });
  afterAll(() => app?.stop());

  interface Changes {
    readonly issuer?: string;
    readonly audience?: string;
    readonly kid?: string;
    readonly alg?: string;
    readonly key?: KeyObject | Uint8Array;
  }

  function sign(changes: Changes = {}): Promise<string> {
    const {
      issuer = tokenIssuers.auth,
      audience = tokenAudience,
      kid = keyId,
      alg = 'ES256',
      key = privateKey,
    } = changes;
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg, typ: 'JWT', kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(user.user.id)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(key);
  }

  const me = (accessToken: string) => request(app.url).get('/api/auth/me').set(bearer({ accessToken }));

  it('are as good as the monolith’s own', async () => {
    expect((await me(await sign()).expect(200)).body).toEqual(user.user);
  });

  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const { privateKey: otherKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  it.each<[string, Changes]>([
    ['of another issuer', { issuer: tokenIssuers.monolith }],
    ['for another audience', { audience: 'https://elsewhere.example' }],
    ['by another key', { key: otherKey }],
    ['under the name of the monolith’s key', { kid: 'legacy-1' }],
    ['under a name that is none', { kid: 'k2' }],
    ['signed with the public key as a secret', { alg: 'HS256', key: Buffer.from(pem) }],
  ])('are refused: %s', async (_what, changes) => {
    await me(await sign(changes)).expect(401);
  });

  it('are published by the monolith as they are by the service', async () => {
    const { body } = await request(app.url)
      .get('/.well-known/jwks.json')
      .expect(200)
      .expect('cache-control', 'public, max-age=300');
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
    expect(body).toEqual({ keys: [{ kty, crv, x, y, kid: keyId, alg: 'ES256', use: 'sig' }] });
  });

  it('end with their session, at once', async () => {
    const accessToken = await sign();
    await request(app.url).post('/api/auth/logout').set(bearer({ accessToken })).expect(204);
    await me(accessToken).expect(401);
    await me(user.accessToken).expect(401);
  });

  it('are not refused as long as nobody can say whether they are good', async () => {
    const accessToken = await sign({ kid: 'not-known-yet' });
    await app.db.raw('ALTER TABLE signing_keys RENAME COLUMN verified_until TO broken');
    await me(accessToken).expect(500);
    await app.db.raw('ALTER TABLE signing_keys RENAME COLUMN broken TO verified_until');
    await me(accessToken).expect(401);
  });
});
