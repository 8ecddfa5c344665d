import { randomUUID } from 'node:crypto';
import { session, user } from '@banyan/contracts';
import { pngOf } from '@banyan/contracts/contract-suite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { clientOf, registerUser, testPassword } from '../testing/clients.ts';
import { startTestService, type TestService } from '../testing/test-service.ts';

describe('a registration', () => {
  let service: TestService;
  let client: ReturnType<typeof clientOf>;
  let png: Buffer;
  beforeAll(async () => {
    service = await startTestService();
    client = clientOf(service.url);
    png = Buffer.from(await pngOf(8, 8, [9, 99, 199]).arrayBuffer());
  });
  afterAll(() => service?.stop());

  const form = (email: string) =>
    client.registerForm({ email, password: testPassword, displayName: 'Ada', phone: '+44 20 7946 0000' });
  const withPhoto = (email: string) => form(email).attach('photo', png, 'me.png');
  const rowsOf = (email: string) => service.db('users').where({ email });
  const pendingUsers = () => service.db('users').where('email', 'like', 'pending:%');
  const count = async (table: string) => Number((await service.db(table).count('* as n'))[0]?.n);

  it('keeps both hashes, of which the monolith’s is as it makes them', async () => {
    const { user: ada } = await registerUser(service.url);
    const row = await service.db('auth.users').where({ id: ada.id }).first();
    expect(row.password_hash).toMatch(/^\$2[aby]\$04\$/);
    expect(row.argon2id_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('has an address once, whatever its case', async () => {
    await registerUser(service.url, { email: 'Twice@Example.com' });
    for (const email of ['twice@example.com', ' TWICE@EXAMPLE.COM ']) {
      expect((await form(email).expect(409)).body.error.code).toBe('email_taken');
      expect((await withPhoto(email).expect(409)).body.error.code).toBe('email_taken');
    }
    expect(await pendingUsers()).toEqual([]);
  });

  it.each([
    ['a Cyrillic а', 'аda@example.com'],
    ['a dotless ı', 'adaı@example.com'],
    ['full width', 'ａda@example.com'],
    ['a combining mark', 'ada\u0301@example.com'],
    ['a zero-width joiner', 'a\u200Dda@example.com'],
    ['a pending user’s', `pending:${randomUUID()}`],
    ['a NUL', 'ada\0@example.com'],
  ])('takes no look-alike of an address: %s', async (_what, email) => {
    const body = { email, password: testPassword, displayName: 'Ada' };
    await request(service.url).post('/api/auth/register').send(body).expect(400);
    await client.login(email).expect(400);
  });

  it('has an address once when ten race, and what the others began is gone', async () => {
    const race = await Promise.all(Array.from({ length: 10 }, () => form('race@example.com')));
    expect(race.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    expect(await rowsOf('race@example.com')).toHaveLength(1);
  });

  it('takes a photo, through the routes of whoever has images', async () => {
    const { body } = await withPhoto('photo@example.com').expect(201);
    const made = session.parse(body);
    expect(made.user).toMatchObject({ displayName: 'Ada', phone: '+44 20 7946 0000' });
    expect(made.user.photo).not.toBeNull();
    expect(user.parse((await client.me(made).expect(200)).body)).toEqual(made.user);
    await client.refresh(made.refreshToken).expect(200);
    await client.login('photo@example.com').expect(200);
    expect(await pendingUsers()).toEqual([]);
  });

  it('leaves one session that holds: the one that sent the photo is over', async () => {
    const { body } = await withPhoto('one-session@example.com').expect(201);
    const holding = service.db('sessions').where({ user_id: body.user.id }).whereNull('ended_at');
    expect(await holding).toHaveLength(1);
  });

  it('has an address once when ten race with photos, and keeps one photo', async () => {
    const [users, images] = [await count('users'), await count('images')];
    const race = await Promise.all(Array.from({ length: 10 }, () => withPhoto('race2@example.com')));
    expect(race.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    expect([await count('users'), await count('images')]).toEqual([users + 1, images + 1]);
  });

  it('with a photo that is refused is refused as it was, under its own request id, and leaves nothing', async () => {
    const before = [await count('users'), await count('sessions'), await count('images')];
    const refused = await form('none@example.com')
      .set('x-request-id', 'mine')
      .attach('photo', Buffer.from('<svg/>'), 'me.png')
      .expect(415);
    expect(refused.body.error).toMatchObject({ code: 'unsupported_media_type', requestId: 'mine' });
    expect([await count('users'), await count('sessions'), await count('images')]).toEqual(before);
    await client.login('none@example.com').expect(401);
  });

  it('with a photo is unavailable while images are, leaves nothing, and can be sent again', async () => {
    const away = await startTestService({ config: { apiUrl: 'http://127.0.0.1:1' } });
    try {
      const body = clientOf(away.url)
        .registerForm({ email: 'away@example.com', password: testPassword, displayName: 'Ada' })
        .attach('photo', png, 'me.png');
      const refused = await body.expect(503).expect('retry-after', '1');
      expect(refused.body.error.code).toBe('unavailable');
      for (const table of ['users', 'sessions', 'refresh_tokens', 'idempotency_keys']) {
        expect(await away.db(table)).toEqual([]);
      }
      await registerUser(away.url, { email: 'away@example.com' });
    } finally {
      await away.stop();
    }
  });

  it('takes passwords of 72 bytes, and none that bcrypt would cut', async () => {
    const register = (password: string) =>
      request(service.url)
        .post('/api/auth/register')
        .send({ email: `${randomUUID()}@example.com`, password, displayName: 'Edge' });
    await register('é'.repeat(36)).expect(201);
    for (const password of [
      'x'.repeat(73),
      `${'é'.repeat(36)}x`,
      'seven77',
      'eight\0chars',
      'lone \ud800 one',
    ]) {
      expect((await register(password).expect(400)).body.error.code).toBe('invalid_request');
    }
  });
});
