import { readdir } from 'node:fs/promises';
import { session, user } from '@banyan/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import request from 'supertest';
import { bearer, registerUser, testPassword } from '../testing/register-user.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

describe('accounts', () => {
  let app: TestApp;
  let png: Buffer;
  beforeAll(async () => {
    app = await startTestApp();
    png = await sharp({ create: { width: 20, height: 10, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
  });
  afterAll(() => app?.stop());

  const register = (email: string) =>
    request(app.url).post('/api/auth/register').field({
      email,
      password: testPassword,
      displayName: 'Ada',
    });
  const login = (email: string, password: string) =>
    request(app.url).post('/api/auth/login').send({ email, password });

  it('are made with a photo in one form, and logged in', async () => {
    const { body } = await register('photo@example.com').attach('photo', png, 'me.png').expect(201);
    const made = session.parse(body);
    expect(made.user.photo).not.toBeNull();
    const me = await request(app.url).get('/api/auth/me').set(bearer(made)).expect(200);
    expect(user.parse(me.body)).toEqual(made.user);
    await request(app.url)
      .get(String(made.user.photo?.links.thumb))
      .expect(200)
      .expect('content-type', 'image/jpeg');
  });

  it('are not made with a photo that is none, and leave nothing behind', async () => {
    const before = await readdir(app.config.uploadsDir, { recursive: true });
    const form = () => register('none@example.com').attach('photo', Buffer.from('GIF89a no more'), 'me.gif');
    expect([415, 422]).toContain((await form()).status);
    expect(await app.db('users').where({ email: 'none@example.com' })).toEqual([]);
    expect(await readdir(app.config.uploadsDir, { recursive: true })).toEqual(before);
  });

  it('have an address once, whatever its case, and keep no files of a second try', async () => {
    await register('Twice@Example.com').expect(201);
    const before = await readdir(app.config.uploadsDir, { recursive: true });
    const { body } = await register('tWICE@example.com').attach('photo', png, 'me.png').expect(409);
    expect(body.error.code).toBe('email_taken');
    expect(await readdir(app.config.uploadsDir, { recursive: true })).toEqual(before);
  });

  it('have an address once when ten registrations race, each with a photo', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => register('race@example.com').attach('photo', png, 'me.png')),
    );
    expect(answers.map(({ status }) => status).filter((status) => status === 201)).toHaveLength(1);
    for (const { status } of answers) expect([201, 409]).toContain(status);
    const rows = await app.db('users').where({ email: 'race@example.com' });
    expect(rows).toHaveLength(1);
    expect(await app.db('images').where({ owner_id: rows[0].id })).toHaveLength(1);
  });

  it('are logged into with their password alone, whatever the case of the address', async () => {
    const { user: made } = await registerUser(app.url, { email: 'ada@example.com' });
    const { body } = await login(' ADA@example.com ', testPassword).expect(200);
    expect(session.parse(body).user).toEqual(made);
    for (const wrong of ['correct horsE', 'correct hors', 'correct horse ', 'correct horse\0', '\ud800']) {
      expect((await login('ada@example.com', wrong).expect(401)).body.error.code).toBe('invalid_credentials');
    }
  });

  it('answer a wrong password and an unknown address alike', async () => {
    await registerUser(app.url, { email: 'known@example.com' });
    const known = await login('known@example.com', 'wrong password').set('x-request-id', 'r').expect(401);
    const unknown = await login('unknown@example.com', 'wrong password').set('x-request-id', 'r').expect(401);
    expect(unknown.text).toBe(known.text);
  });

  it('change what their owner changes, and nothing else', async () => {
    const ada = await registerUser(app.url);
    const patch = (body: object) => request(app.url).patch('/api/auth/me').set(bearer(ada)).send(body);
    expect((await patch({ phone: '+44 20 7946 0000' }).expect(200)).body).toEqual({
      ...ada.user,
      phone: '+44 20 7946 0000',
    });
    expect((await patch({ displayName: 'Ada L.' }).expect(200)).body).toMatchObject({
      phone: '+44 20 7946 0000',
    });
    expect((await patch({ phone: null }).expect(200)).body).toMatchObject({
      displayName: 'Ada L.',
      phone: null,
    });
    expect((await patch({}).expect(200)).body).toMatchObject({ displayName: 'Ada L.' });
    await patch({ email: 'eve@example.com' }).expect(400);
  });

  it('publish no keys, as long as there are none to publish', async () => {
    await request(app.url)
      .get('/.well-known/jwks.json')
      .expect(200, { keys: [] })
      .expect('cache-control', 'public, max-age=300');
  });
});
