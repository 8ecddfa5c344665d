import { createLog } from '@banyan/serving';
import { createFakeClock, type FakeClock, until } from '@banyan/serving/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CapturedMail, captureMail } from '../testing/captured-mail.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { maxAttempts, nextAttemptAt } from './back-off.ts';
import { MailError } from './mailer.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { sweepOutgoingMails } from './sweep.ts';

const dayMs = 24 * 60 * 60 * 1_000;

describe('outbox', () => {
  let database: TestDatabase;
  let clock: FakeClock;
  let mail: CapturedMail;
  const outboxes: Outbox[] = [];
  beforeEach(async () => {
    database = await createTestDatabase();
    clock = createFakeClock();
    mail = captureMail();
  });
  afterEach(async () => {
    await Promise.all(outboxes.splice(0).map((outbox) => outbox.stop()));
    await database.drop();
  });

  /** Its own timer never comes: what happens, happens when the test pokes. */
  function openOutbox(mailer = mail): Outbox {
    const outbox = createOutbox({
      db: database.knex,
      mailer,
      clock,
      log: createLog('test', 'silent'),
      mailHost: 'waitlist.test',
      tickMs: 2 ** 31 - 1,
    });
    outboxes.push(outbox);
    return outbox;
  }

  const add = (outbox: Outbox, to = 'ada@example.com') =>
    database.knex.transaction((tx) => outbox.add(tx, { to, subject: 'Hello', text: 'secret' }));
  const rows = () => database.knex('outgoing_mails').orderBy('created_at');
  const row = async () => (await rows())[0];

  it('sends what was committed, under an id that is the mail’s own', async () => {
    const outbox = openOutbox();
    await add(outbox);
    outbox.poke();
    await until(async () => (await row()).sent_at !== null);
    const { id } = await row();
    expect(mail.sent).toEqual([
      { to: 'ada@example.com', subject: 'Hello', text: 'secret', messageId: `<${id}@waitlist.test>` },
    ]);
    expect(await row()).toMatchObject({ attempts: 1, body: '', last_error: null });
  });

  it('sends nothing that was rolled back', async () => {
    const outbox = openOutbox();
    const fault = new Error('no');
    const rolledBack = database.knex.transaction(async (tx) => {
      await outbox.add(tx, { to: 'ada@example.com', subject: 'Hello', text: 'secret' });
      throw fault;
    });
    await expect(rolledBack).rejects.toBe(fault);
    expect(await rows()).toEqual([]);
  });

  it('sends each mail once, also with several processes at work', async () => {
    const processes = [openOutbox(), openOutbox(), openOutbox()];
    const addresses = Array.from({ length: 30 }, (_, n) => `guest${n}@example.com`);
    for (const address of addresses) await add(processes[0] as Outbox, address);
    for (const outbox of processes) outbox.poke();
    await until(async () => (await rows()).every(({ sent_at }) => sent_at !== null));
    expect(mail.sent.map(({ to }) => to).sort()).toEqual(addresses.sort());
  });

  it('tries again after a pause that grows, and under the same id', async () => {
    const outbox = openOutbox();
    mail.failNext(new MailError('The mail server answered 451.', false));
    await add(outbox);
    outbox.poke();
    await until(async () => (await row()).last_error !== null);
    expect(await row()).toMatchObject({
      attempts: 1,
      last_error: 'The mail server answered 451.',
      next_attempt_at: nextAttemptAt(1, clock.now()),
    });
    clock.advance(15_000);
    outbox.poke();
    await until(() => mail.sent.length === 1);
    expect(mail.sent[0]?.messageId).toBe(`<${(await row()).id}@waitlist.test>`);
  });

  it('gives up at once what the server refuses for good, and forgets its text', async () => {
    const outbox = openOutbox();
    mail.failNext(new MailError('The mail server answered 550.', true));
    await add(outbox);
    outbox.poke();
    await until(async () => (await row()).given_up_at !== null);
    expect(await row()).toMatchObject({ attempts: 1, body: '', sent_at: null });
  });

  it('gives up after the last attempt', async () => {
    const outbox = openOutbox();
    await add(outbox);
    await database.knex('outgoing_mails').update({ attempts: maxAttempts - 1 });
    mail.failNext(new MailError('The mail server answered 451.', false));
    outbox.poke();
    await until(async () => (await row()).given_up_at !== null);
    expect(mail.sent).toEqual([]);
  });

  it('takes up again what a process claimed and died with, once its claim is over', async () => {
    const outbox = openOutbox();
    await add(outbox);
    const claimedUntil = new Date(clock.now().getTime() + 120_000);
    await database.knex('outgoing_mails').update({ attempts: 1, next_attempt_at: claimedUntil });
    outbox.poke();
    await add(outbox, 'later@example.com');
    outbox.poke();
    await until(() => mail.sent.length === 1);
    expect(mail.sent.map(({ to }) => to)).toEqual(['later@example.com']);
    clock.advance(120_000);
    outbox.poke();
    await until(() => mail.sent.length === 2);
  });

  it('lets no one settle a mail whose claim was taken over', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const slow = openOutbox({
      ...mail,
      async send() {
        await released;
        throw new MailError('The mail server could not be reached.', false);
      },
    });
    await add(slow);
    slow.poke();
    await until(async () => (await row()).attempts === 1);
    clock.advance(120_000);
    openOutbox().poke();
    await until(async () => (await row()).sent_at !== null);
    release();
    await slow.stop();
    expect(await row()).toMatchObject({ attempts: 2, last_error: null });
  });

  it('forgets what was sent or given up a week ago, and nothing else', async () => {
    const outbox = openOutbox();
    for (const address of ['sent@a.example', 'gone@a.example', 'due@a.example']) await add(outbox, address);
    const past = { at: clock.now() };
    await database.knex('outgoing_mails').where({ recipient: 'sent@a.example' }).update({ sent_at: past.at });
    await database
      .knex('outgoing_mails')
      .where({ recipient: 'gone@a.example' })
      .update({ given_up_at: past.at });
    await sweepOutgoingMails(database.knex, clock.now());
    expect(await rows()).toHaveLength(3);
    await sweepOutgoingMails(database.knex, new Date(clock.now().getTime() + 8 * dayMs));
    expect((await rows()).map(({ recipient }) => recipient)).toEqual(['due@a.example']);
  });

  it('waits 15 s at first and 3 h at last, and gives up after about a day', () => {
    const start = new Date(0);
    const delays = Array.from({ length: maxAttempts - 1 }, (_, n) => nextAttemptAt(n + 1, start).getTime());
    expect(delays[0]).toBe(15_000);
    expect(delays.at(-1)).toBe(3 * 60 * 60 * 1_000);
    const total = delays.reduce((sum, delay) => sum + delay, 0);
    expect(total).toBeGreaterThan(0.75 * dayMs);
    expect(total).toBeLessThan(1.25 * dayMs);
  });
});
