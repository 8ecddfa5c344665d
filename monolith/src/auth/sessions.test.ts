import type { Session } from '@banyan/contracts';
import { createFakeClock } from '@banyan/serving/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { bearer, registerUser, testPassword } from '../testing/register-user.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';
import { sweepSessions } from './sweep.ts';

const dayMs = 24 * 60 * 60 * 1_000;

describe('sessions', () => {
  const clock = createFakeClock();
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ clock });
  });
  afterAll(() => app?.stop());

  const refresh = (refreshToken: string) => request(app.url).post('/api/auth/refresh').send({ refreshToken });
  const me = (session: { accessToken: string }) => request(app.url).get('/api/auth/me').set(bearer(session));
  const logIn = async ({ user }: Session, password = testPassword) =>
    (await request(app.url).post('/api/auth/login').send({ email: user.email, password }).expect(200)).body;

  async function sessionOf({ user }: Session) {
    return app.db('sessions').where({ user_id: user.id }).first();
  }

  it('go on with new tokens for a refresh token', async () => {
    const ada = await registerUser(app.url);
    const { body } = await refresh(ada.refreshToken).expect(200);
    expect(body.refreshToken).not.toBe(ada.refreshToken);
    await me(body).expect(200);
    // What was issued before stays good for its time.
    await me(ada).expect(200);
  });

  it('survive the loss of an answer: the token may be exchanged again within the grace', async () => {
    const ada = await registerUser(app.url);
    await refresh(ada.refreshToken).expect(200);
    clock.advance(9_000);
    const { body } = await refresh(ada.refreshToken).expect(200);
    await me((await refresh(body.refreshToken).expect(200)).body).expect(200);
  });

  it('end, for both holders, when a token is exchanged again after the grace', async () => {
    const ada = await registerUser(app.url);
    const stolen = (await refresh(ada.refreshToken).expect(200)).body;
    clock.advance(11_000);
    const { body } = await refresh(ada.refreshToken).expect(401);
    expect(body.error.code).toBe('invalid_refresh_token');
    expect(await sessionOf(ada)).toMatchObject({ ended_why: 'token-reused' });
    await refresh(stolen.refreshToken).expect(401);
    await me(stolen).expect(401);
    await me(ada).expect(401);
  });

  it('leave both tabs with good tokens when they refresh at once, and whichever the client kept goes on', async () => {
    for (const kept of [0, 1]) {
      const ada = await registerUser(app.url);
      const answers = await Promise.all([refresh(ada.refreshToken), refresh(ada.refreshToken)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      clock.advance(60_000);
      await refresh(answers[kept]?.body.refreshToken).expect(200);
    }
  });

  it('have one living line: the first token to go on retires those that a race made beside it', async () => {
    const ada = await registerUser(app.url);
    const [kept, other] = (await Promise.all([refresh(ada.refreshToken), refresh(ada.refreshToken)])).map(
      ({ body }) => body.refreshToken,
    );
    clock.advance(60_000);
    await refresh(kept).expect(200);
    clock.advance(11_000);
    await refresh(other).expect(401);
    expect(await sessionOf(ada)).toMatchObject({ ended_why: 'token-reused' });
  });

  it('come through twenty refreshes at once with one token', async () => {
    const ada = await registerUser(app.url);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(ada.refreshToken)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(20);
    // None of them retired another: the client may have kept any.
    const { id } = await sessionOf(ada);
    const living = app.db('refresh_tokens').where({ session_id: id }).whereNull('exchanged_at');
    expect(await living).toHaveLength(20);
    await me(answers[0]?.body).expect(200);
  });

  it('end once when twenty reuses race', async () => {
    const ada = await registerUser(app.url);
    await refresh(ada.refreshToken).expect(200);
    clock.advance(11_000);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(ada.refreshToken)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(await sessionOf(ada)).toMatchObject({ ended_why: 'token-reused' });
  });

  it('end with their refresh token’s time', async () => {
    const ada = await registerUser(app.url);
    clock.advance(30 * dayMs + 1);
    await refresh(ada.refreshToken).expect(401);
    expect(await sessionOf(ada)).toMatchObject({ ended_why: null });
  });

  it('do not go on with what is no token of ours', async () => {
    for (const token of ['x'.repeat(43), `${'A'.repeat(42)}_`]) {
      expect((await refresh(token).expect(401)).body.error.code).toBe('invalid_refresh_token');
    }
    await refresh('short').expect(400);
    await refresh(`${'x'.repeat(42)} `).expect(400);
  });

  it('keep no token that could be used, if the database is read', async () => {
    const ada = await registerUser(app.url);
    const rows = await app.db('refresh_tokens').select();
    expect(JSON.stringify(rows)).not.toContain(ada.refreshToken);
  });

  it('end at a logout, at once and on their own', async () => {
    const ada = await registerUser(app.url);
    const phone = await logIn(ada);
    await request(app.url).post('/api/auth/logout').set(bearer(ada)).expect(204);
    await me(ada).expect(401);
    await refresh(ada.refreshToken).expect(401);
    await me(phone).expect(200);
  });

  it('end but for this one when the password is changed', async () => {
    const ada = await registerUser(app.url);
    const phone = await logIn(ada);
    const change = (currentPassword: string) =>
      request(app.url)
        .put('/api/auth/password')
        .set(bearer(ada))
        .send({ currentPassword, newPassword: 'battery staple' });
    expect((await change('wrong').expect(403)).body.error.code).toBe('wrong_password');
    await change(testPassword).expect(204);
    await me(ada).expect(200);
    await me(phone).expect(401);
    await refresh(phone.refreshToken).expect(401);
    await me(await logIn(ada, 'battery staple')).expect(200);
    await request(app.url)
      .post('/api/auth/login')
      .send({ email: ada.user.email, password: testPassword })
      .expect(401);
  });

  it('let one of several password changes at once hold', async () => {
    const ada = await registerUser(app.url);
    const answers = await Promise.all(
      ['first password', 'second password', 'third password'].map((newPassword) =>
        request(app.url)
          .put('/api/auth/password')
          .set(bearer(ada))
          .send({ currentPassword: testPassword, newPassword }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 403, 403]);
  });

  it('are swept away when nothing can use them any more, and not before', async () => {
    const old = await registerUser(app.url);
    clock.advance(32 * dayMs);
    const fresh = await registerUser(app.url);
    await sweepSessions(app.db, clock.now());
    expect(await sessionOf(old)).toBeUndefined();
    await me(fresh).expect(200);
    await refresh(fresh.refreshToken).expect(200);
  });
});
