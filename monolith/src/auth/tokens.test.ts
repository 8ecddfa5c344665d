import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { Session } from '@banyan/contracts';
import { createAuthenticator, monolithTokenKey } from '@banyan/serving';
import { createFakeClock } from '@banyan/serving/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import request from 'supertest';
import { bearer, registerUser } from '../testing/register-user.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

type Json = Record<string, unknown>;

describe('access tokens', () => {
  const clock = createFakeClock();
  let app: TestApp;
  let user: Session;
  let sessionId: string;
  beforeAll(async () => {
    app = await startTestApp({ clock });
    user = await registerUser(app.url);
    sessionId = (await app.db('sessions').where({ user_id: user.user.id }).first('id')).id;
  });
  afterAll(() => app?.stop());

  const seconds = () => Math.floor(clock.now().getTime() / 1_000);

  function claims(): Json {
    return {
      iss: monolithTokenKey('').issuer,
      aud: monolithTokenKey('').audience,
      sub: user.user.id,
      sid: sessionId,
      jti: randomUUID(),
      iat: seconds(),
      exp: seconds() + 600,
    };
  }

  const header = (): Json => ({ alg: 'HS256', typ: 'JWT', kid: app.config.jwtKeyId });
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  function sign(
    headerPart: Json,
    payload: Json,
    secret: string | Buffer = app.config.jwtSecret,
    hash = 'sha256',
  ): string {
    const signed = `${encode(headerPart)}.${encode(payload)}`;
    return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
  }

  async function refuses(token: string): Promise<void> {
    const { body, headers } = await request(app.url)
      .get('/api/auth/me')
      .set('authorization', `Bearer ${token}`)
      .expect(401);
    expect(body.error.code).toBe('unauthorized');
    expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    const { readAccessToken } = createAuthenticator({
      db: app.db,
      clock,
      findTokenKey: async (keyId) =>
        keyId === app.config.jwtKeyId ? monolithTokenKey(app.config.jwtSecret) : undefined,
    });
    expect(await readAccessToken(token)).toBeUndefined();
  }

  it('are taken as they were signed, and only in the Authorization header', async () => {
    await request(app.url).get('/api/auth/me').set(bearer(user)).expect(200);
    await request(app.url)
      .get('/api/auth/me')
      .set('authorization', `Bearer ${sign(header(), claims())}`)
      .expect(200);
    await request(app.url).get('/api/auth/me').set('authorization', `bearer ${user.accessToken}`).expect(200);
    await request(app.url).get(`/api/auth/me?access_token=${user.accessToken}`).expect(401);
    await request(app.url).get('/api/auth/me').set('cookie', `token=${user.accessToken}`).expect(401);
  });

  it('are asked for where none was sent', async () => {
    const { headers } = await request(app.url).get('/api/auth/me').expect(401);
    expect(headers['www-authenticate']).toBe('Bearer');
    await request(app.url).get('/api/auth/me').set('authorization', 'Basic YTpi').expect(401);
    await request(app.url).get('/api/auth/me').set('authorization', 'Bearer').expect(401);
  });

  it.each(['none', 'None', 'NONE', ''])('are refused with alg %j', async (alg) => {
    await refuses(`${encode({ ...header(), alg })}.${encode(claims())}.`);
    await refuses(sign({ ...header(), alg }, claims()));
  });

  it('are refused with another algorithm, under the same secret', async () => {
    await refuses(sign({ ...header(), alg: 'HS512' }, claims(), app.config.jwtSecret, 'sha512'));
    await refuses(sign({ ...header(), alg: 'HS384' }, claims(), app.config.jwtSecret, 'sha384'));
  });

  it('are refused when signed with a key pair of the sender', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwt = new SignJWT(claims());
    await refuses(await jwt.setProtectedHeader({ alg: 'ES256', kid: app.config.jwtKeyId }).sign(privateKey));
    // The classic confusion: a public key as the secret of an HMAC.
    await refuses(sign(header(), claims(), publicKey.export({ type: 'spki', format: 'pem' }).toString()));
  });

  it('are refused when signed with nothing, or with another secret', async () => {
    await refuses(sign(header(), claims(), ''));
    await refuses(sign(header(), claims(), 'another secret of more than 32 bytes'));
  });

  it.each([
    ['an unknown kid', { kid: 'other' }],
    ['a kid that is a path', { kid: '../../dev/null' }],
    ['a kid that is no text', { kid: ['legacy-1'] }],
    ['no kid', { kid: undefined }],
    ['jku', { jku: 'http://127.0.0.1/keys' }],
    ['x5u', { x5u: 'http://127.0.0.1/cert' }],
    ['jwk', { jwk: { kty: 'oct', k: 'AA' } }],
    ['crit', { crit: ['exp'] }],
    ['another typ', { typ: 'at+jwt' }],
  ])('are refused with %s', async (_what, change) => {
    await refuses(sign({ ...header(), ...change }, claims()));
  });

  it.each<[string, () => Json]>([
    ['another issuer', () => ({ iss: 'https://evil.example' })],
    ['no issuer', () => ({ iss: undefined })],
    ['another audience', () => ({ aud: 'https://evil.example' })],
    ['no audience', () => ({ aud: undefined })],
    ['no exp', () => ({ exp: undefined })],
    ['an exp that has passed', () => ({ iat: seconds() - 600, exp: seconds() - 6 })],
    ['an exp of zero', () => ({ exp: 0 })],
    ['an exp that is text', () => ({ exp: String(seconds() + 600) })],
    ['an absurd exp', () => ({ exp: 9_999_999_999 })],
    ['an exp past all numbers', () => ({ exp: 1e300 })],
    ['an iat in the future', () => ({ iat: seconds() + 60, exp: seconds() + 600 })],
    ['an nbf in the future', () => ({ nbf: seconds() + 60 })],
    ['no iat', () => ({ iat: undefined })],
    ['no jti', () => ({ jti: undefined })],
    ['a sub that is no id', () => ({ sub: "' OR 1=1 --" })],
    ['another sub', () => ({ sub: randomUUID() })],
    ['no session', () => ({ sid: undefined })],
    ['a session that never was', () => ({ sid: randomUUID() })],
  ])('are refused with %s', async (_what, change) => {
    await refuses(sign(header(), { ...claims(), ...change() }));
  });

  it('are refused when malformed, or larger than any of ours', async () => {
    const [head, payload, signature] = user.accessToken.split('.');
    await refuses(`${head}.${payload}`);
    await refuses(`${head}..${signature}`);
    await refuses(`${user.accessToken}.x`);
    await refuses('....');
    await refuses(`${head}.${encode({ ...claims(), sub: randomUUID() })}.${signature}`);
    await refuses('x'.repeat(12_000));
    await request(app.url)
      .get('/api/auth/me')
      .set('authorization', `Bearer ${'x'.repeat(40_000)}`)
      .expect(431);
  });

  it('are refused in every spelling once their session is over, since base64 has several for one token', async () => {
    const other = await registerUser(app.url);
    await request(app.url).post('/api/auth/logout').set(bearer(other)).expect(204);
    await refuses(other.accessToken);
    await refuses(`${other.accessToken}=`);
  });

  it('end with their time, within a little clock skew', async () => {
    const late = await registerUser(app.url);
    clock.advance(15 * 60 * 1_000 + 4_000);
    await request(app.url).get('/api/auth/me').set(bearer(late)).expect(200);
    clock.advance(2_000);
    await refuses(late.accessToken);
  });
});
