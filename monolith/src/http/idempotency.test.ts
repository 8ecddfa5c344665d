import { randomUUID } from 'node:crypto';
import { createFakeClock } from '@banyan/serving/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import request from 'supertest';
import { bearer, registerUser } from '../testing/register-user.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

describe('an Idempotency-Key', () => {
  const clock = createFakeClock();
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ clock });
  });
  afterAll(() => app?.stop());

  const newList = { name: 'Blue Door', minutesPerParty: 10 };

  function createList(session: { accessToken: string }, key: string, body: object = newList) {
    return request(app.url)
      .post('/api/waitlists')
      .set(bearer(session))
      .set('idempotency-key', key)
      .send(body);
  }

  async function countLists(session: { user: { id: string } }): Promise<number> {
    return Number((await app.db('waitlists').where({ owner_id: session.user.id }).count().first())?.count);
  }

  it('has one effect and one answer, however often its request is sent', async () => {
    const user = await registerUser(app.url);
    const first = await createList(user, 'k1').expect(201);
    const second = await createList(user, 'k1').expect(201).expect('idempotency-replayed', 'true');
    expect(second.text).toBe(first.text);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    for (const name of ['location', 'content-type', 'content-length', 'cache-control']) {
      expect(second.headers[name]).toBe(first.headers[name]);
    }
    expect(await countLists(user)).toBe(1);
  });

  it('has one effect when fifty requests with it race', async () => {
    const user = await registerUser(app.url);
    const answers = await Promise.all(Array.from({ length: 50 }, () => createList(user, 'race')));
    const made = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    expect(made.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1);
    for (const { status, body, headers } of refused) {
      expect([status, body.error.code, headers['retry-after']]).toEqual([
        409,
        'idempotency_in_progress',
        '1',
      ]);
    }
    expect(await countLists(user)).toBe(1);
  });

  it('makes one account when twenty registrations with it race, and answers them all alike', async () => {
    const key = randomUUID();
    const email = `${key}@example.com`;
    const register = () =>
      request(app.url)
        .post('/api/auth/register')
        .set('idempotency-key', key)
        .send({ email, password: 'correct horse', displayName: 'Ada' });
    const answers = await Promise.all(Array.from({ length: 20 }, register));
    const tokens = answers.filter(({ status }) => status === 201).map(({ body }) => body.refreshToken);
    expect(new Set(tokens).size).toBe(1);
    expect((await register().expect(201)).body.refreshToken).toBe(tokens[0]);
    expect(await app.db('users').where({ email })).toHaveLength(1);
  });

  it('is refused with another request', async () => {
    const user = await registerUser(app.url);
    await createList(user, 'k2').expect(201);
    const { body } = await createList(user, 'k2', { ...newList, name: 'Red Door' }).expect(422);
    expect(body.error.code).toBe('idempotency_key_reused');
    expect(await countLists(user)).toBe(1);
  });

  it('knows a request by what it means, not by how it is spelled', async () => {
    const user = await registerUser(app.url);
    const first = await createList(user, 'k3', { name: 'A', minutesPerParty: 5 }).expect(201);
    const second = await createList(user, 'k3', { minutesPerParty: 5, name: ' A ' }).expect(201);
    expect(second.text).toBe(first.text);
  });

  it('tells one upload from another', async () => {
    const user = await registerUser(app.url);
    const image = (background: string) =>
      sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toBuffer();
    const [red, blue] = await Promise.all([image('red'), image('blue')]);
    const upload = (bytes: Buffer) =>
      request(app.url)
        .post('/api/images')
        .set(bearer(user))
        .set('idempotency-key', 'photo')
        .attach('image', bytes, 'a.png');
    const first = await upload(red).expect(201);
    expect((await upload(red).expect(201)).text).toBe(first.text);
    await upload(blue).expect(422);
  });

  it('belongs to its caller and its route', async () => {
    const [ada, eve] = await Promise.all([registerUser(app.url), registerUser(app.url)]);
    const first = await createList(ada, 'mine').expect(201);
    const second = await createList(eve, 'mine').expect(201);
    expect(second.body.id).not.toBe(first.body.id);
    await request(app.url)
      .patch('/api/auth/me')
      .set(bearer(ada))
      .set('idempotency-key', 'mine')
      .send({ displayName: 'Ada L.' })
      .expect(200);
  });

  it('is free again after a request that failed', async () => {
    const user = await registerUser(app.url);
    await createList(user, 'k4', { ...newList, name: '' }).expect(400);
    await createList(user, 'k4').expect(201);
  });

  it('is forgotten after a day', async () => {
    const user = await registerUser(app.url);
    const first = await createList(user, 'k5').expect(201);
    clock.advance(24 * 60 * 60 * 1_000 + 1);
    const { body } = await request(app.url)
      .post('/api/auth/login')
      .send({ email: user.user.email, password: 'correct horse' });
    const second = await createList(body, 'k5', { ...newList, name: 'Red Door' }).expect(201);
    expect(second.body.id).not.toBe(first.body.id);
    await createList(body, 'k5', { ...newList, name: 'Red Door' }).expect('idempotency-replayed', 'true');
  });

  it.each(['', ' ', 'a b', 'k'.repeat(256), 'kéy'])('is refused as %j', async (key) => {
    const user = await registerUser(app.url);
    const { body } = await createList(user, Buffer.from(key).toString('latin1')).expect(400);
    expect(body.error.code).toBe('invalid_request');
  });

  it('tells a logout whose answer was lost that it held, and nothing else to an ended session', async () => {
    const user = await registerUser(app.url);
    await createList(user, 'before').expect(201);
    const logout = () =>
      request(app.url).post('/api/auth/logout').set(bearer(user)).set('idempotency-key', 'bye');
    await logout().expect(204);
    await logout().expect(204).expect('idempotency-replayed', 'true');
    await request(app.url).post('/api/auth/logout').set(bearer(user)).expect(401);
    await request(app.url)
      .post('/api/auth/logout')
      .set(bearer(user))
      .set('idempotency-key', 'other')
      .expect(401);
    await createList(user, 'before').expect(401);
  });

  it('keeps answers so that the database alone does not tell them', async () => {
    const key = randomUUID();
    const { body } = await request(app.url)
      .post('/api/auth/register')
      .set('idempotency-key', key)
      .send({ email: `${key}@example.com`, password: 'correct horse', displayName: 'Ada' })
      .expect(201);
    const rows = await app.db('idempotency_keys').where({ scope: 'anyone register' });
    expect(rows.length).toBeGreaterThan(0);
    const text = rows.map((row) => Object.values(row).map(String).join()).join();
    expect(text).not.toContain(body.refreshToken);
    expect(text).not.toContain(key);
  });
});
