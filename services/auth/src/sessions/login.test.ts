import { createHash } from 'node:crypto';
import { session } from '@banyan/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash as bcryptHash } from '@node-rs/bcrypt';
import request from 'supertest';
import { createHashFunctions } from '../passwords/hash-functions.ts';
import { clientOf, registerUser, testPassword } from '../testing/clients.ts';
import { startTestService, type TestService } from '../testing/test-service.ts';

describe('a login', () => {
  let service: TestService;
  let client: ReturnType<typeof clientOf>;
  beforeAll(async () => {
    service = await startTestService();
    client = clientOf(service.url);
  });
  afterAll(() => service?.stop());

  const rowOf = (email: string) => service.db('auth.users').where({ email }).first();
  /** What the monolith writes, through its view, when a password is set there. */
  const setByMonolith = async (email: string, password: string) =>
    service
      .db('public.users')
      .where({ email })
      .update({ password_hash: await bcryptHash(password, 4) });

  it('takes the account’s password alone, whatever the case of the address', async () => {
    const { user } = await registerUser(service.url, { email: 'ada@example.com' });
    const { body } = await client.login(' ADA@example.com ').expect(200);
    expect(session.parse(body).user).toEqual(user);
    for (const wrong of ['correct horsE', 'correct hors', 'correct horse ', 'correct horse\0', '\ud800']) {
      const refused = await client.login('ada@example.com', wrong).expect(401);
      expect(refused.body.error.code).toBe('invalid_credentials');
    }
  });

  it('answers a wrong password and an unknown address alike', async () => {
    await registerUser(service.url, { email: 'known@example.com' });
    const known = await client.login('known@example.com', 'wrong').set('x-request-id', 'r').expect(401);
    const unknown = await client.login('unknown@example.com', 'wrong').set('x-request-id', 'r').expect(401);
    expect(unknown.text).toBe(known.text);
    expect(Object.keys(unknown.headers).sort()).toEqual(Object.keys(known.headers).sort());
  });

  it('gives an account of the monolith its argon2id hash, and leaves the bcrypt one as it was', async () => {
    const { user } = await registerUser(service.url);
    await service
      .db('auth.users')
      .where({ id: user.id })
      .update({ argon2id_hash: null, argon2id_beside: null });
    const before = await rowOf(user.email);
    await client.login(user.email, 'wrong password').expect(401);
    expect((await rowOf(user.email)).argon2id_hash).toBeNull();
    await client.login(user.email).expect(200);
    const after = await rowOf(user.email);
    expect(after.argon2id_hash).toMatch(/^\$argon2id\$/);
    expect(after.argon2id_beside).toEqual(createHash('sha256').update(before.password_hash).digest());
    expect(after.password_hash).toBe(before.password_hash);
    expect(after.updated_at).toEqual(before.updated_at);
    await client.login(user.email).expect(200);
    expect((await rowOf(user.email)).argon2id_hash).toBe(after.argon2id_hash);
  });

  it('takes the password that the monolith set last, and the one before no more', async () => {
    const { user } = await registerUser(service.url);
    const { argon2id_hash: before } = await rowOf(user.email);
    await setByMonolith(user.email, 'battery staple');
    await client.login(user.email, testPassword).expect(401);
    await client.login(user.email, 'battery staple').expect(200);
    expect((await rowOf(user.email)).argon2id_hash).not.toBe(before);
    await client.login(user.email, testPassword).expect(401);
  });

  it('fails when the password was changed while it was compared', async () => {
    let meanwhile: () => Promise<unknown> = async () => undefined;
    const functions = createHashFunctions(4);
    const racing = await startTestService({
      hashFunctions: {
        ...functions,
        async argon2idVerify(hash, password) {
          await meanwhile();
          return functions.argon2idVerify(hash, password);
        },
      },
    });
    try {
      const { user } = await registerUser(racing.url);
      const changed = await functions.bcryptHash('battery staple');
      meanwhile = () => racing.db('public.users').update({ password_hash: changed });
      await clientOf(racing.url).login(user.email).expect(401);
    } finally {
      await racing.stop();
    }
  });

  it('is not tried at all while too many failed for an account, and says when to come again', async () => {
    const strict = await startTestService({ config: { loginFailuresPerAccount: 3 } });
    try {
      const { user } = await registerUser(strict.url);
      const login = (email: string, password?: string) => clientOf(strict.url).login(email, password);
      for (const _ of [1, 2, 3]) await login(user.email, 'wrong password').expect(401);
      const refused = await login(user.email).expect(429);
      expect(refused.body.error.code).toBe('rate_limited');
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(15 * 60);
      // An address that nobody has is limited alike, and other accounts are not.
      for (const _ of [1, 2, 3]) await login('nobody@example.com', 'wrong password').expect(401);
      await login('nobody@example.com', 'wrong password').expect(429);
      const other = await registerUser(strict.url);
      await login(other.user.email).expect(200);
    } finally {
      await strict.stop();
    }
  });

  it('that succeeds begins the count anew', async () => {
    const strict = await startTestService({ config: { loginFailuresPerAccount: 3 } });
    try {
      const { user } = await registerUser(strict.url);
      for (const _ of [1, 2, 3]) {
        for (const __ of [1, 2]) await clientOf(strict.url).login(user.email, 'wrong password').expect(401);
        await clientOf(strict.url).login(user.email).expect(200);
      }
    } finally {
      await strict.stop();
    }
  });

  it('is limited by the client’s address, as the outermost of our proxies saw it', async () => {
    const strict = await startTestService({ config: { loginFailuresPerAddress: 3 }, through: 'lambda' });
    try {
      const login = (n: number, forwarded: string) =>
        request(strict.url)
          .post('/api/auth/login')
          .set('x-forwarded-for', forwarded)
          .send({ email: `stuffed-${n}@example.com`, password: 'wrong password' });
      const gateway = '10.0.0.1';
      for (const n of [1, 2, 3]) await login(n, `1.1.1.${n}, 192.0.2.7, ${gateway}`).expect(401);
      await login(4, `1.1.1.9, 192.0.2.7, ${gateway}`).expect(429);
      await login(5, `192.0.2.8, ${gateway}`).expect(401);
    } finally {
      await strict.stop();
    }
  });
});
