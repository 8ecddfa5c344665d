import { createFakeClock, until } from '@banyan/serving/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { clientOf, registerUser, testPassword } from '../testing/clients.ts';
import { startTestService, type TestService } from '../testing/test-service.ts';

describe('a forgotten password', () => {
  const clock = createFakeClock();
  let service: TestService;
  let client: ReturnType<typeof clientOf>;
  beforeAll(async () => {
    service = await startTestService({ clock });
    client = clientOf(service.url);
  });
  afterAll(() => service?.stop());

  const mailsTo = (recipient: string) =>
    service.db('outgoing_mails').where({ recipient }).orderBy('created_at').select('*');

  async function tokenFor(email: string): Promise<string> {
    clock.advance(1);
    await client.forgot(email).expect(202);
    const token = /http:\/\/waitlist\.test\/reset#token=([\w-]+)\n/.exec(
      (await mailsTo(email)).at(-1)?.body ?? '',
    )?.[1];
    if (token === undefined) throw new Error('the mail has no link');
    return token;
  }

  it('is answered with a mail, of which whoever sends them is told', async () => {
    const { user } = await registerUser(service.url);
    const sender = new pg.Client({ connectionString: service.databaseUrl });
    const told: (string | undefined)[] = [];
    sender.on('notification', ({ channel, payload }) => told.push(`${channel} ${payload}`));
    await sender.connect();
    await sender.query('LISTEN outgoing_mails');
    await client.forgot(user.email).expect(202, { accepted: true });
    await until(() => told.length > 0);
    await sender.end();
    expect(told).toEqual(['outgoing_mails ']);
    const [mail] = await mailsTo(user.email);
    expect(mail).toMatchObject({ subject: 'Set a new password', attempts: 0, sent_at: null });
    expect(mail.next_attempt_at <= clock.now()).toBe(true);
    expect(mail.body.replace(/token=[\w-]{43}/, 'token=TOKEN')).toBe(
      [
        'Hello,',
        '',
        'somebody, probably you, asked to set a new password for your waitlist account. To do so, open this link',
        'within an hour:',
        '',
        'http://waitlist.test/reset#token=TOKEN',
        '',
        'If it was not you, there is nothing to do: your password stays as it is.',
        '',
      ].join('\n'),
    );
  });

  it('is replaced with the link from the mail, on both hashes, which ends every session', async () => {
    const ada = await registerUser(service.url);
    const before = await service.db('auth.users').where({ id: ada.user.id }).first();
    await client.reset(await tokenFor(ada.user.email), 'battery staple').expect(204);
    await client.me(ada).expect(401);
    await client.refresh(ada.refreshToken).expect(401);
    await client.login(ada.user.email, testPassword).expect(401);
    await client.login(ada.user.email, 'battery staple').expect(200);
    const after = await service.db('auth.users').where({ id: ada.user.id }).first();
    expect(after.password_hash).not.toBe(before.password_hash);
    expect(after.argon2id_hash).not.toBe(before.argon2id_hash);
  });

  it('is replaced once per link, also by twenty at once', async () => {
    const { user } = await registerUser(service.url);
    const token = await tokenFor(user.email);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => client.reset(token, `password ${n}`)),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    for (const { body } of answers.filter(({ status }) => status !== 204)) {
      expect(body.error.code).toBe('invalid_reset_token');
    }
    expect((await client.reset(token, 'once more, please').expect(400)).body.error.code).toBe(
      'invalid_reset_token',
    );
  });

  it('is replaced by the newest link or an older one, but not by both', async () => {
    const { user } = await registerUser(service.url);
    const [older, newest] = [await tokenFor(user.email), await tokenFor(user.email)];
    await client.reset(older, 'battery staple').expect(204);
    await client.reset(newest, 'battery staple').expect(400);
  });

  it('keeps when the link is used too late, never was, or was another’s', async () => {
    const { user } = await registerUser(service.url);
    const token = await tokenFor(user.email);
    clock.advance(60 * 60 * 1_000);
    await client.reset(token, 'battery staple').expect(400);
    await client.reset('x'.repeat(43), 'battery staple').expect(400);
    await client.login(user.email).expect(200);
  });

  it('keeps when the new password would not do, and the link stays good', async () => {
    const { user } = await registerUser(service.url);
    const token = await tokenFor(user.email);
    for (const password of ['short', 'x'.repeat(73)]) {
      expect((await client.reset(token, password).expect(400)).body.error.code).toBe('invalid_request');
    }
    await client.reset(token, 'battery staple').expect(204);
  });

  it('of one user is not touched by the link of another', async () => {
    const [ada, eve] = [await registerUser(service.url), await registerUser(service.url)];
    await client.reset(await tokenFor(eve.user.email), 'battery staple').expect(204);
    await client.me(ada).expect(200);
    await client.login(ada.user.email).expect(200);
  });

  it('is answered alike for an address that nobody has, and mails nobody', async () => {
    const { user } = await registerUser(service.url);
    const known = await client.forgot(user.email).expect(202);
    const unknown = await client.forgot('nobody@example.com').expect(202);
    expect(unknown.text).toBe(known.text);
    expect(await mailsTo('nobody@example.com')).toEqual([]);
  });

  it('fills nobody’s mailbox: five mails an hour, silently, also for twenty requests at once', async () => {
    const { user } = await registerUser(service.url);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.forgot(user.email)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await mailsTo(user.email)).toHaveLength(5);
    clock.advance(61 * 60 * 1_000);
    await client.forgot(user.email).expect(202);
    expect(await mailsTo(user.email)).toHaveLength(6);
  });
});
