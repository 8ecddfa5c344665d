import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign as signWith,
} from 'node:crypto';
import type { Session } from '@banyan/contracts';
import { tokenAudience, tokenIssuers } from '@banyan/serving';
import { createFakeClock } from '@banyan/serving/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, jwtVerify } from 'jose';
import request from 'supertest';
import { createKeySeal } from './keys/seal-private-key.ts';
import { bearer, clientOf, registerUser } from './testing/clients.ts';
import { startTestService, type TestService } from './testing/test-service.ts';

type Json = Record<string, unknown>;
type Sign = (input: string) => Buffer;

/** Both kinds that are good here: our own, and the monolith's. Every refusal is tried on each. */
const kinds = ['ES256', 'HS256'] as const;

describe.each(kinds)('access tokens by %s', (kind) => {
  const clock = createFakeClock();
  let service: TestService;
  let client: ReturnType<typeof clientOf>;
  let user: Session;
  let sessionId: string;
  let privateKey: KeyObject;
  let publicKeyPem: string;
  let ownKeyId: string;
  beforeAll(async () => {
    service = await startTestService({ clock });
    client = clientOf(service.url);
    user = await registerUser(service.url);
    sessionId = (await service.db('sessions').where({ user_id: user.user.id }).first('id')).id;
    const row = await service.db('auth.signing_keys').first();
    ownKeyId = row.key_id;
    privateKey = createKeySeal(service.config.authKeySecret).open(row.sealed_private_key, ownKeyId);
    publicKeyPem = createPublicKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))
      .export({ type: 'spki', format: 'pem' })
      .toString();
  });
  afterAll(() => service?.stop());

  const seconds = () => Math.floor(clock.now().getTime() / 1_000);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  const header = (): Json => ({
    alg: kind,
    typ: 'JWT',
    kid: kind === 'ES256' ? ownKeyId : service.config.legacyJwtKeyId,
  });
  const claims = (): Json => ({
    iss: kind === 'ES256' ? tokenIssuers.auth : tokenIssuers.monolith,
    aud: tokenAudience,
    sub: user.user.id,
    sid: sessionId,
    jti: randomUUID(),
    iat: seconds(),
    exp: seconds() + 600,
  });

  const es256 =
    (key: KeyObject): Sign =>
    (input) =>
      signWith('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  const hmac =
    (secret: string | Buffer, hash = 'sha256'): Sign =>
    (input) =>
      createHmac(hash, secret).update(input).digest();
  const right = (): Sign => (kind === 'ES256' ? es256(privateKey) : hmac(service.config.legacyJwtSecret));

  function token(headerPart: Json, payload: Json, sign: Sign = right()): string {
    const signed = `${encode(headerPart)}.${encode(payload)}`;
    return `${signed}.${sign(signed).toString('base64url')}`;
  }

  async function refuses(text: string): Promise<void> {
    const { body, headers } = await client.meWith(text).expect(401);
    expect(body.error.code).toBe('unauthorized');
    expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  }

  it('are taken as they were signed, and only in the Authorization header', async () => {
    const good = token(header(), claims());
    await client.meWith(good).expect(200);
    await request(service.url).get(`/api/auth/me?access_token=${good}`).expect(401);
    await request(service.url).get('/api/auth/me').set('cookie', `token=${good}`).expect(401);
    await request(service.url).get('/api/auth/me').set('authorization', 'Basic YTpi').expect(401);
  });

  it.each(['none', 'None', 'NONE', 'nOnE', ''])('are refused with alg %j', async (alg) => {
    await refuses(token({ ...header(), alg }, claims(), () => Buffer.alloc(0)));
    await refuses(token({ ...header(), alg }, claims()));
  });

  it('are refused with another algorithm than their key’s, whatever they are signed with', async () => {
    const secret = service.config.legacyJwtSecret;
    for (const alg of ['HS256', 'HS384', 'HS512', 'ES256', 'ES384', 'RS256', 'PS256', 'EdDSA']) {
      if (alg === kind) continue;
      await refuses(token({ ...header(), alg }, claims()));
      await refuses(token({ ...header(), alg }, claims(), hmac(secret)));
    }
    await refuses(token({ ...header(), alg: 'HS512' }, claims(), hmac(secret, 'sha512')));
  });

  it('are refused when a public key, which anyone has, was taken for the secret', async () => {
    const jwks = (await request(service.url).get('/.well-known/jwks.json').expect(200)).text;
    const der = createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' });
    for (const secret of [publicKeyPem, publicKeyPem.trim(), jwks, der, der.subarray(-65)]) {
      for (const kid of [ownKeyId, service.config.legacyJwtKeyId]) {
        for (const iss of Object.values(tokenIssuers)) {
          await refuses(token({ alg: 'HS256', typ: 'JWT', kid }, { ...claims(), iss }, hmac(secret)));
        }
      }
    }
  });

  it('are refused when signed with nothing, another secret, or a key pair of the sender', async () => {
    const { privateKey: theirs } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await refuses(token(header(), claims(), () => Buffer.alloc(0)));
    await refuses(token(header(), claims(), () => Buffer.alloc(64)));
    await refuses(token(header(), claims(), hmac('')));
    await refuses(token(header(), claims(), hmac('another secret of more than 32 bytes')));
    await refuses(token(header(), claims(), es256(theirs)));
    const jwk = theirs.export({ format: 'jwk' });
    await refuses(token({ ...header(), jwk: { ...jwk, d: undefined } }, claims(), es256(theirs)));
  });

  it('are refused under the other side’s key id or issuer', async () => {
    const otherKid = kind === 'ES256' ? service.config.legacyJwtKeyId : ownKeyId;
    const otherIss = kind === 'ES256' ? tokenIssuers.monolith : tokenIssuers.auth;
    await refuses(token({ ...header(), kid: otherKid }, claims()));
    await refuses(token(header(), { ...claims(), iss: otherIss }));
    await refuses(token({ ...header(), kid: otherKid }, { ...claims(), iss: otherIss }));
  });

  it.each([
    ['an unknown kid', { kid: 'other' }],
    ['a kid that is a path', { kid: '../../dev/null' }],
    ['a kid that is SQL', { kid: "' OR '1'='1" }],
    ['a kid with a NUL', { kid: 'legacy-1\0' }],
    ['a kid of a prototype', { kid: '__proto__' }],
    ['a kid that is no text', { kid: ['legacy-1'] }],
    ['a kid that is huge', { kid: 'x'.repeat(2_000) }],
    ['no kid', { kid: undefined }],
    ['jku', { jku: 'http://127.0.0.1/keys' }],
    ['x5u', { x5u: 'http://127.0.0.1/cert' }],
    ['x5c', { x5c: ['AA=='] }],
    ['jwk', { jwk: { kty: 'oct', k: 'AA' } }],
    ['crit', { crit: ['exp'] }],
    ['b64', { b64: false, crit: ['b64'] }],
    ['zip', { zip: 'DEF' }],
    ['another typ', { typ: 'at+jwt' }],
    ['no typ', { typ: undefined }],
  ])('are refused with %s', async (_what, change) => {
    await refuses(token({ ...header(), ...change }, claims()));
  });

  it.each<[string, () => Json]>([
    ['another issuer', () => ({ iss: 'https://evil.example' })],
    ['several issuers', () => ({ iss: Object.values(tokenIssuers) })],
    ['no issuer', () => ({ iss: undefined })],
    ['another audience', () => ({ aud: 'https://evil.example' })],
    ['no audience', () => ({ aud: undefined })],
    ['no exp', () => ({ exp: undefined })],
    ['an exp that has passed', () => ({ iat: seconds() - 600, exp: seconds() - 6 })],
    ['an exp of zero', () => ({ exp: 0 })],
    ['an exp below zero', () => ({ exp: -1 })],
    ['an exp that is text', () => ({ exp: String(seconds() + 600) })],
    ['an exp that is null', () => ({ exp: null })],
    ['an exp that is a list', () => ({ exp: [seconds() + 600] })],
    ['an absurd exp', () => ({ exp: 9_999_999_999 })],
    ['an exp past all numbers', () => ({ exp: 1e300 })],
    ['an exp within a second', () => ({ exp: seconds() + 600.5 })],
    ['a life of more than a day', () => ({ exp: seconds() + 24 * 60 * 60 + 1 })],
    ['an iat in the future', () => ({ iat: seconds() + 60, exp: seconds() + 600 })],
    ['an nbf in the future', () => ({ nbf: seconds() + 60 })],
    ['no iat', () => ({ iat: undefined })],
    ['no jti', () => ({ jti: undefined })],
    ['a sub that is no id', () => ({ sub: "' OR 1=1 --" })],
    ['another sub', () => ({ sub: randomUUID() })],
    ['no session', () => ({ sid: undefined })],
    ['a session that never was', () => ({ sid: randomUUID() })],
  ])('are refused with %s', async (_what, change) => {
    await refuses(token(header(), { ...claims(), ...change() }));
  });

  it('are refused with the session of somebody else', async () => {
    const eve = await registerUser(service.url);
    const { id: sid } = await service.db('sessions').where({ user_id: eve.user.id }).first('id');
    await refuses(token(header(), { ...claims(), sid }));
    await refuses(token(header(), { ...claims(), sub: eve.user.id }));
  });

  it('are refused when malformed, or larger than any of ours', async () => {
    const good = token(header(), claims());
    const [head = '', payload = '', signature = ''] = good.split('.');
    const malformed = [
      `${head}.${payload}`,
      `${head}..${signature}`,
      `.${payload}.${signature}`,
      `${good}.x`,
      '....',
      'x',
      `${encode([])}.${payload}.${signature}`,
      `${encode(null)}.${payload}.${signature}`,
      `${Buffer.from('{').toString('base64url')}.${payload}.${signature}`,
      `${head}.${encode({ ...claims(), sub: randomUUID() })}.${signature}`,
      token(header(), { ...claims(), more: 'x'.repeat(6_000) }),
      'x'.repeat(12_000),
    ];
    for (const text of malformed) await refuses(text);
    await request(service.url)
      .get('/api/auth/me')
      .set('authorization', `Bearer ${'x'.repeat(40_000)}`)
      .expect(431);
  });

  it('end with their session, in every spelling that one token has', async () => {
    const eve = await registerUser(service.url);
    const { id: sid } = await service.db('sessions').where({ user_id: eve.user.id }).first('id');
    const good = token(header(), { ...claims(), sub: eve.user.id, sid });
    await client.meWith(good).expect(200);
    await client.logout(eve).expect(204);
    const [head = '', payload = '', signature = ''] = good.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    const lastBits = `${signature.slice(0, -1)}${flipUnusedBit(signature.at(-1) ?? '')}`;
    const spellings = [
      good,
      `${good}=`,
      `${head}.${payload}.${lastBits}`,
      `${head}=.${payload}.${signature}`,
    ];
    if (kind === 'ES256') spellings.push(`${head}.${payload}.${otherS(bytes).toString('base64url')}`);
    for (const spelling of spellings) await refuses(spelling);
  });

  it('are refused with a signature of another form', async () => {
    if (kind !== 'ES256') return;
    const der: Sign = (input) => signWith('sha256', Buffer.from(input), privateKey);
    await refuses(token(header(), claims(), der));
    const r0: Sign = (input) => Buffer.concat([Buffer.alloc(32), right()(input).subarray(32)]);
    await refuses(token(header(), claims(), r0));
    const longer: Sign = (input) => Buffer.concat([right()(input), Buffer.alloc(2)]);
    await refuses(token(header(), claims(), longer));
  });

  it('end with their time, within a little clock skew', async () => {
    const good = token(header(), claims());
    clock.advance(600 * 1_000 + 4_000);
    await client.meWith(good).expect(200);
    clock.advance(2_000);
    await refuses(good);
  });

  it('that the service hands out are verified by the set that it publishes', async () => {
    const { body } = await request(service.url)
      .get('/.well-known/jwks.json')
      .expect(200)
      .expect('cache-control', 'public, max-age=300');
    const { accessToken } = (await client.refresh(user.refreshToken).expect(200)).body;
    const { payload, protectedHeader } = await jwtVerify(accessToken, createLocalJWKSet(body), {
      algorithms: ['ES256'],
      issuer: tokenIssuers.auth,
      audience: tokenAudience,
      currentDate: clock.now(),
    });
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'JWT', kid: ownKeyId });
    expect(Object.keys(payload).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub']);
    expect(JSON.stringify(body)).not.toContain('"d"');
    await request(service.url).get('/api/auth/me').set(bearer({ accessToken })).expect(200);
  });
});

/** base64 has unused bits at the end of most texts: the same bytes are spelled in several ways. */
function flipUnusedBit(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(character) ^ 1);
}

/** ECDSA has two signatures for each: (r, s) and (r, n − s). */
function otherS(signature: Buffer): Buffer {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
  return Buffer.concat([
    signature.subarray(0, 32),
    Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex'),
  ]);
}
