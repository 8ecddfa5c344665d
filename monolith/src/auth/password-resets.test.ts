import { createFakeClock, until } from '@banyan/serving/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { bearer, registerUser, testPassword } from '../testing/register-user.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

describe('a forgotten password', () => {
  const clock = createFakeClock();
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ clock });
  });
  afterAll(() => app?.stop());

  const forgot = (email: string) => request(app.url).post('/api/auth/forgot').send({ email });
  const reset = (token: string, password = 'battery staple') =>
    request(app.url).post('/api/auth/reset').send({ token, password });
  const mailsTo = (email: string) => app.mail.sent.filter(({ to }) => to === email);

  async function tokenFor(email: string): Promise<string> {
    const had = mailsTo(email).length;
    await forgot(email).expect(202);
    await until(() => mailsTo(email).length > had);
    const token = /http:\/\/waitlist\.test\/reset#token=([\w-]+)\n/.exec(
      mailsTo(email).at(-1)?.text ?? '',
    )?.[1];
    if (token === undefined) throw new Error('the mail has no link');
    return token;
  }

  it('is replaced with the link from the mail, which ends every session', async () => {
    const ada = await registerUser(app.url);
    const token = await tokenFor(ada.user.email);
    await reset(token).expect(204);
    await request(app.url).get('/api/auth/me').set(bearer(ada)).expect(401);
    await request(app.url).post('/api/auth/refresh').send({ refreshToken: ada.refreshToken }).expect(401);
    const login = (password: string) =>
      request(app.url).post('/api/auth/login').send({ email: ada.user.email, password });
    await login(testPassword).expect(401);
    await login('battery staple').expect(200);
  });

  it('is replaced once per link, also by twenty at once', async () => {
    const ada = await registerUser(app.url);
    const token = await tokenFor(ada.user.email);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => reset(token, `password ${n}`)));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    for (const { body } of answers.filter(({ status }) => status !== 204)) {
      expect(body.error.code).toBe('invalid_reset_token');
    }
    expect((await reset(token).expect(400)).body.error.code).toBe('invalid_reset_token');
  });

  it('is replaced by the newest link or an older one, but not by both', async () => {
    const ada = await registerUser(app.url);
    const [older, newest] = [await tokenFor(ada.user.email), await tokenFor(ada.user.email)];
    await reset(older).expect(204);
    await reset(newest).expect(400);
  });

  it('keeps when the link is used too late, or never was', async () => {
    const ada = await registerUser(app.url);
    const token = await tokenFor(ada.user.email);
    clock.advance(60 * 60 * 1_000);
    await reset(token).expect(400);
    await reset('x'.repeat(43)).expect(400);
  });

  it('keeps when the new password would not do, and the link stays good', async () => {
    const ada = await registerUser(app.url);
    const token = await tokenFor(ada.user.email);
    expect((await reset(token, 'short').expect(400)).body.error.code).toBe('invalid_request');
    expect((await reset(token, 'x'.repeat(73)).expect(400)).body.error.code).toBe('invalid_request');
    await reset(token).expect(204);
  });

  it('is answered alike for an address that nobody has, and mails nobody', async () => {
    const ada = await registerUser(app.url);
    const known = await forgot(ada.user.email).expect(202);
    const unknown = await forgot('nobody@example.com').expect(202);
    expect(unknown.text).toBe(known.text);
    expect(await app.db('outgoing_mails').where({ recipient: 'nobody@example.com' })).toEqual([]);
  });

  it('fills nobody’s mailbox: five mails an hour, silently, also for twenty requests at once', async () => {
    const ada = await registerUser(app.url);
    const answers = await Promise.all(Array.from({ length: 20 }, () => forgot(ada.user.email)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const mails = () => app.db('outgoing_mails').where({ recipient: ada.user.email });
    expect(await mails()).toHaveLength(5);
    clock.advance(61 * 60 * 1_000);
    await forgot(ada.user.email).expect(202);
    expect(await mails()).toHaveLength(6);
  });

  it('leaves no token in the database once the mail is out', async () => {
    const ada = await registerUser(app.url);
    const token = await tokenFor(ada.user.email);
    const mail = () => app.db('outgoing_mails').where({ recipient: ada.user.email }).first();
    await until(async () => (await mail()).sent_at !== null);
    const resets = await app.db('password_resets').where({ user_id: ada.user.id });
    expect(JSON.stringify([await mail(), resets])).not.toContain(token);
  });
});
