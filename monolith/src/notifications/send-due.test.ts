import { connect, createLog } from '@banyan/serving';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Mail, MailError } from '../mail/mailer.ts';
import { captureMail } from '../testing/captured-mail.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { changeLine, testLine, testTokens } from '../waitlists/testing.ts';
import { abandonedAfterSeconds, claimDue, settle } from './claims.ts';
import { maxAttempts } from './retry.ts';
import { type SendDueDeps, sendDue } from './send-due.ts';
import { saveTemplates } from './template-rows.ts';
import { addCalled, addScene, makeDue, passTime, type Scene } from './testing.ts';

let database: TestDatabase;
let scene: Scene;
let mail: ReturnType<typeof captureMail>;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.knex('notifications').delete();
  scene = await addScene(database.knex);
  mail = captureMail();
});

function depsWith(parts: Partial<SendDueDeps> = {}): SendDueDeps {
  return {
    db: database.knex,
    mailer: mail,
    guestTokenOf: testTokens.tokenOf,
    publicUrl: 'https://waitlist.test',
    log: createLog('test', 'silent'),
    ...parts,
  };
}
const run = (parts: Partial<SendDueDeps> = {}) => sendDue(depsWith(parts), () => false);
const rows = () =>
  database
    .knex('notifications')
    .select('id', 'status', 'attempts', 'last_error', 'sent_at')
    .orderBy('created_at');

async function close(waiteeId: string, status: 'seated' | 'cancelled'): Promise<void> {
  const { ownerId, waitlistId } = scene;
  await changeLine(database.knex, ownerId, waitlistId, (tx) =>
    testLine.setStatus(tx, waitlistId, waiteeId, status),
  );
}

/** A mail server that takes each mail and never says so: as seen by a worker that is killed at that moment. */
function silentServer() {
  const taken: Mail[] = [];
  const answer = Promise.withResolvers<void>();
  return {
    taken,
    answer: answer.resolve,
    send: (one: Mail) => {
      taken.push(one);
      return answer.promise;
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

describe('sending what is due', () => {
  it('mails a guest who was called, once, with a link to their place', async () => {
    const { waiteeId, email } = await addCalled(database.knex, scene, { name: 'Grace' });
    expect(await run()).toBe(1);
    expect(await run()).toBe(0);
    const [row] = await rows();
    expect(row).toMatchObject({ status: 'sent', attempts: 1, last_error: null, sent_at: expect.any(Date) });
    expect(mail.sent).toEqual([
      expect.objectContaining({
        to: email,
        subject: 'Your table at Blue Door is ready',
        text: expect.stringContaining(`https://waitlist.test/place/${testTokens.tokenOf(waiteeId)}`),
        messageId: `<${row.id}@waitlist.test>`,
      }),
    ]);
  });

  it('writes in the words that the host saved', async () => {
    const [called, reminder] = [
      { subject: 'Come, {{guest}}', text: 'Now.' },
      { subject: 'Still here, {{guest}}', text: 'Hurry.' },
    ];
    await database.knex.transaction((tx) => saveTemplates(tx, scene.waitlistId, { called, reminder }));
    const guest = await addCalled(database.knex, scene);
    await makeDue(database.knex, scene, guest, 'reminder');
    await run();
    expect(mail.sent.map(({ subject }) => subject).sort()).toEqual(['Come, Ben', 'Still here, Ben']);
  });

  it.each(['seated', 'cancelled'] as const)(
    'skips a guest who was %s before it came to it',
    async (status) => {
      const { waiteeId } = await addCalled(database.knex, scene);
      await close(waiteeId, status);
      await run();
      expect(await rows()).toMatchObject([{ status: 'skipped', attempts: 0, sent_at: null }]);
      expect(mail.sent).toEqual([]);
    },
  );

  it('skips a guest who left no address', async () => {
    const { waiteeId } = await addCalled(database.knex, scene);
    await database.knex('waitees').where({ id: waiteeId }).update({ email: null });
    await run();
    expect(await rows()).toMatchObject([{ status: 'skipped' }]);
  });

  it('outlives a mail server that is down: later and later, and then it is sent', async () => {
    await addCalled(database.knex, scene);
    const down = () => new MailError('The mail server could not be reached.', false);
    let attempts = 0;
    for (const seconds of [30, 120, 600, 600]) {
      mail.failNext(down());
      await run();
      attempts += 1;
      expect(await rows()).toMatchObject([
        { status: 'due', attempts, last_error: 'The mail server could not be reached.' },
      ]);
      await passTime(database.knex, seconds - 5);
      expect(await run()).toBe(0);
      await passTime(database.knex, 5);
    }
    await run();
    expect(await rows()).toMatchObject([{ status: 'sent', attempts: 5, last_error: null }]);
    expect(mail.sent).toHaveLength(1);
  });

  it('goes on with the others when one fails, also by a fault that is no mail server’s', async () => {
    const guests = [];
    for (let count = 0; count < 6; count += 1) guests.push(await addCalled(database.knex, scene));
    const broken = guests[1]?.waiteeId;
    await run({
      guestTokenOf: (id) => {
        if (id === broken) throw new Error('broken');
        return testTokens.tokenOf(id);
      },
    });
    expect(mail.sent).toHaveLength(5);
    const left = (await rows()).filter(({ status }) => status !== 'sent');
    expect(left).toMatchObject([{ status: 'due', attempts: 1, last_error: 'The mail could not be sent.' }]);
  });

  it('gives up at once what a mail server refuses for good', async () => {
    await addCalled(database.knex, scene);
    mail.failNext(new MailError('The mail server answered 550.', true));
    await run();
    expect(await rows()).toMatchObject([
      { status: 'failed', attempts: 1, last_error: 'The mail server answered 550.' },
    ]);
    await passTime(database.knex, 86_400);
    expect(await run()).toBe(0);
  });

  it('gives up at last what fails each time', async () => {
    await addCalled(database.knex, scene);
    await database.knex('notifications').update({ attempts: maxAttempts - 1 });
    mail.failNext(new MailError('The mail server answered 451.', false));
    await run();
    expect(await rows()).toMatchObject([{ status: 'failed', attempts: maxAttempts }]);
  });
});

describe('several workers', () => {
  it('send each of 100 calls once', async () => {
    for (let count = 0; count < 100; count += 1) await addCalled(database.knex, scene);
    // Pools of their own, as two processes have.
    const pools = [
      connect({ url: database.url, applicationName: 'test', poolSize: 5 }),
      connect({ url: database.url, applicationName: 'test', poolSize: 5 }),
    ];
    const claimed = await Promise.all(pools.map((db) => run({ db })));
    await Promise.all(pools.map((db) => db.destroy()));
    expect(claimed.reduce((sum, count) => sum + count, 0)).toBe(100);
    expect(Math.min(...claimed)).toBeGreaterThan(0);
    expect(new Set(mail.sent.map(({ to }) => to)).size).toBe(100);
    expect(mail.sent).toHaveLength(100);
    expect((await rows()).every(({ status, attempts }) => status === 'sent' && attempts === 1)).toBe(true);
  });

  it('claim past each other, and wait for none', async () => {
    for (let count = 0; count < 4; count += 1) await addCalled(database.knex, scene);
    await database.knex.transaction(async (tx) => {
      // Not committed yet: these rows are locked, and to the other still look due.
      const mine = (await claimDue(tx, 3)).map(({ id }) => id);
      const theirs = (await claimDue(database.knex, 3)).map(({ id }) => id);
      expect([mine.length, theirs.length]).toEqual([3, 1]);
      expect(new Set([...mine, ...theirs]).size).toBe(4);
    });
  });

  it('take up what a killed one had claimed, and send it with the same Message-ID', async () => {
    await addCalled(database.knex, scene);
    const server = silentServer();
    const killed = run({ mailer: server });
    await until(() => server.taken.length === 1);

    await passTime(database.knex, abandonedAfterSeconds - 5);
    expect(await run()).toBe(0);
    await passTime(database.knex, 5);
    expect(await run()).toBe(1);
    expect(mail.sent.map(({ messageId }) => messageId)).toEqual(
      server.taken.map(({ messageId }) => messageId),
    );
    // That it may have gone out twice can be seen.
    expect(await rows()).toMatchObject([{ status: 'sent', attempts: 2 }]);

    const [before] = await database.knex('notifications');
    server.answer();
    await killed;
    expect(await database.knex('notifications')).toEqual([before]);
  });

  it('change nothing under a fence that is not the newest', async () => {
    await addCalled(database.knex, scene);
    const [stale] = await claimDue(database.knex, 1);
    await passTime(database.knex, abandonedAfterSeconds);
    const [fresh] = await claimDue(database.knex, 1);
    if (stale === undefined || fresh === undefined) throw new Error('nothing was claimed');
    expect([stale.wasAbandoned, fresh.wasAbandoned]).toEqual([false, true]);
    expect(await settle(database.knex, stale, { status: 'failed', lastError: 'stale' })).toBe(false);
    expect(await settle(database.knex, fresh, { status: 'sent' })).toBe(true);
    expect(await settle(database.knex, fresh, { status: 'skipped' })).toBe(false);
    expect(await rows()).toMatchObject([{ status: 'sent', last_error: null }]);
  });

  it('send nothing to a guest who was deleted while it was being sent, and do not fail over it', async () => {
    const { waiteeId } = await addCalled(database.knex, scene);
    const server = silentServer();
    const running = run({ mailer: server });
    await until(() => server.taken.length === 1);
    await database.knex('waitees').where({ id: waiteeId }).delete();
    server.answer();
    expect(await running).toBe(1);
    expect(await rows()).toEqual([]);
  });
});
