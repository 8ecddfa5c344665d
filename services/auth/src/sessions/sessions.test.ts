import type { Session } from '@banyan/contracts';
import { createFakeClock } from '@banyan/serving/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientOf, registerUser, testPassword } from '../testing/clients.ts';
import { startTestService, type TestService } from '../testing/test-service.ts';

const dayMs = 24 * 60 * 60 * 1_000;

describe('sessions', () => {
  const clock = createFakeClock();
  let service: TestService;
  let client: ReturnType<typeof clientOf>;
  beforeAll(async () => {
    service = await startTestService({ clock });
    client = clientOf(service.url);
  });
  afterAll(() => service?.stop());

  const logIn = async ({ user }: Session, password = testPassword): Promise<Session> =>
    (await client.login(user.email, password).expect(200)).body;
  const sessionOf = ({ user }: Session) => service.db('sessions').where({ user_id: user.id }).first();
  const statuses = (answers: readonly { readonly status: number }[]) => answers.map(({ status }) => status);

  it('go on with new tokens for a refresh token, and what was issued before is good for its time', async () => {
    const ada = await registerUser(service.url);
    const { body } = await client.refresh(ada.refreshToken).expect(200);
    expect(body.refreshToken).not.toBe(ada.refreshToken);
    expect(Object.keys(body).sort()).toEqual([
      'accessToken',
      'accessTokenExpiresAt',
      'refreshToken',
      'tokenType',
    ]);
    await client.me(body).expect(200);
    await client.me(ada).expect(200);
  });

  it('survive the loss of an answer: a token may be exchanged again within the grace', async () => {
    const ada = await registerUser(service.url);
    await client.refresh(ada.refreshToken).expect(200);
    clock.advance(9_000);
    const { body } = await client.refresh(ada.refreshToken).expect(200);
    await client.me((await client.refresh(body.refreshToken).expect(200)).body).expect(200);
  });

  it('end, for both holders, when a token is exchanged again after the grace', async () => {
    const ada = await registerUser(service.url);
    const stolen = (await client.refresh(ada.refreshToken).expect(200)).body;
    clock.advance(11_000);
    const { body } = await client.refresh(ada.refreshToken).expect(401);
    expect(body.error.code).toBe('invalid_refresh_token');
    expect(await sessionOf(ada)).toMatchObject({ ended_why: 'token-reused' });
    await client.refresh(stolen.refreshToken).expect(401);
    await client.me(stolen).expect(401);
    await client.me(ada).expect(401);
  });

  it('leave two tabs that refresh at once with good tokens, of which either goes on', async () => {
    for (const kept of [0, 1]) {
      const ada = await registerUser(service.url);
      const answers = await Promise.all([client.refresh(ada.refreshToken), client.refresh(ada.refreshToken)]);
      expect(statuses(answers)).toEqual([200, 200]);
      clock.advance(60_000);
      await client.refresh(answers[kept]?.body.refreshToken).expect(200);
    }
  });

  it('have one living line: the first token to go on retires those beside it, with their own grace', async () => {
    const ada = await registerUser(service.url);
    const race = await Promise.all([client.refresh(ada.refreshToken), client.refresh(ada.refreshToken)]);
    const [kept, other] = race.map(({ body }) => body.refreshToken);
    clock.advance(60_000);
    await client.refresh(kept).expect(200);
    clock.advance(9_000);
    await client.refresh(other).expect(200);
    clock.advance(2_000);
    await client.refresh(other).expect(401);
    expect(await sessionOf(ada)).toMatchObject({ ended_why: 'token-reused' });
  });

  it('come through twenty refreshes at once with one token', async () => {
    const ada = await registerUser(service.url);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.refresh(ada.refreshToken)));
    expect(new Set(statuses(answers))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(20);
    await client.me(answers[7]?.body).expect(200);
  });

  it('end once when twenty reuses race', async () => {
    const ada = await registerUser(service.url);
    await client.refresh(ada.refreshToken).expect(200);
    clock.advance(11_000);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.refresh(ada.refreshToken)));
    expect(new Set(statuses(answers))).toEqual(new Set([401]));
    expect(await sessionOf(ada)).toMatchObject({ ended_why: 'token-reused' });
  });

  it('end with their refresh token’s time', async () => {
    const ada = await registerUser(service.url);
    clock.advance(30 * dayMs + 1);
    await client.refresh(ada.refreshToken).expect(401);
    expect(await sessionOf(ada)).toMatchObject({ ended_why: null });
  });

  it('go on with no token in another spelling, and with nothing that is none of ours', async () => {
    const ada = await registerUser(service.url);
    const last = ada.refreshToken.at(-1) ?? '';
    // 43 characters hold 258 bits: the last two mean nothing, and base64 reads past them.
    const respelled = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .filter((character) => character !== last)
      .map((character) => `${ada.refreshToken.slice(0, -1)}${character}`)
      .filter((text) => Buffer.from(text, 'base64url').equals(Buffer.from(ada.refreshToken, 'base64url')));
    expect(respelled).toHaveLength(3);
    for (const token of [...respelled, 'x'.repeat(43), ada.accessToken.slice(0, 43).replaceAll('.', 'x')]) {
      expect((await client.refresh(token).expect(401)).body.error.code).toBe('invalid_refresh_token');
    }
    for (const token of [`${ada.refreshToken}=`, ada.accessToken, '', 'x'.repeat(10_000)]) {
      await client.refresh(token).expect(400);
    }
    await client.refresh(ada.refreshToken).expect(200);
  });

  it('leave no token in the database', async () => {
    const ada = await registerUser(service.url);
    const rows = await service.db('refresh_tokens');
    expect(JSON.stringify(rows)).not.toContain(ada.refreshToken);
    expect(JSON.stringify(rows)).not.toContain(JSON.stringify(Buffer.from(ada.refreshToken, 'base64url')));
  });

  it('end at a logout, at once and on their own', async () => {
    const ada = await registerUser(service.url);
    const phone = await logIn(ada);
    await client.logout(ada).expect(204);
    await client.me(ada).expect(401);
    await client.refresh(ada.refreshToken).expect(401);
    await client.logout(ada).expect(401);
    await client.me(phone).expect(200);
  });

  it('that end on the monolith’s side, end here on the spot', async () => {
    const ada = await registerUser(service.url);
    await service
      .db('public.sessions')
      .where({ user_id: ada.user.id })
      .update({ ended_at: clock.now(), ended_why: 'logout' });
    await client.me(ada).expect(401);
    await client.refresh(ada.refreshToken).expect(401);
  });

  it('answer a logout again under its key, whose answer was lost', async () => {
    const ada = await registerUser(service.url);
    await client.logout(ada).set('idempotency-key', 'logout-1').expect(204);
    await client.logout(ada).set('idempotency-key', 'logout-1').expect(204);
    await client.logout(ada).set('idempotency-key', 'logout-2').expect(401);
  });

  it('end but for this one when the password is changed', async () => {
    const ada = await registerUser(service.url);
    const phone = await logIn(ada);
    const wrong = await client.changePassword(ada, 'wrong', 'battery staple').expect(403);
    expect(wrong.body.error.code).toBe('wrong_password');
    await client.changePassword(ada, testPassword, 'battery staple').expect(204);
    await client.me(ada).expect(200);
    await client.me(phone).expect(401);
    await client.refresh(phone.refreshToken).expect(401);
    await client.me(await logIn(ada, 'battery staple')).expect(200);
    await client.login(ada.user.email).expect(401);
  });

  it('let one of several password changes at once hold', async () => {
    const ada = await registerUser(service.url);
    const answers = await Promise.all(
      ['first password', 'second password', 'third password'].map((password) =>
        client.changePassword(ada, testPassword, password),
      ),
    );
    expect(statuses(answers).sort()).toEqual([204, 403, 403]);
  });

  it('reach nothing of another user’s', async () => {
    const [ada, eve] = [await registerUser(service.url), await registerUser(service.url)];
    expect((await client.me(eve).expect(200)).body).toEqual(eve.user);
    await client.changePassword(eve, testPassword, 'the password of eve').expect(204);
    await client.logout(eve).expect(204);
    expect((await client.me(ada).expect(200)).body).toEqual(ada.user);
    await client.refresh(ada.refreshToken).expect(200);
    await logIn(ada);
    // Nor do the tokens of one stand in the place of the other's kind.
    await client.meWith(ada.refreshToken).expect(401);
  });
});
