import { randomUUID } from 'node:crypto';
import { defaultTemplates, type Notification } from '@banyan/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../testing/test-app.ts';
import { call, logIn, type TestUser } from '../waitlists/testing-app.ts';

let app: TestApp;
let ada: TestUser;
let eve: TestUser;

beforeAll(async () => {
  app = await startTestApp();
  [ada, eve] = [await logIn(app), await logIn(app)];
});
afterAll(() => app.stop());

async function newList(user = ada): Promise<string> {
  return (await call(app, 'createWaitlist', { user, body: { name: 'Blue Door' } })).body.id;
}

async function newGuest(id: string, { user = ada, email = 'ben@example.com' as string | null } = {}) {
  const body = { name: 'Ben', partySize: 2, ...(email === null ? {} : { email }) };
  const { body: guest } = await call(app, 'createWaitee', { user, params: { id }, body });
  return { id, waiteeId: guest.id as string };
}

function setStatus(params: { id: string; waiteeId: string }, status: string, user = ada) {
  return call(app, 'setWaiteeStatus', { user, params, body: { status } });
}

async function newCalled(id: string, options: Parameters<typeof newGuest>[1] = {}) {
  const guest = await newGuest(id, options);
  await setStatus(guest, 'called', options.user);
  return guest;
}

const notify = (params: { id: string; waiteeId: string }, user = ada, headers = {}) =>
  call(app, 'notifyWaitee', { user, params, headers });

describe('calling a guest', () => {
  it('makes one notification due', async () => {
    const { id, waiteeId } = await newCalled(await newList());
    const { body } = await call(app, 'listNotifications', { user: ada, query: `?waitlistId=${id}` });
    expect(body).toEqual({
      items: [
        {
          id: expect.any(String),
          waitlistId: id,
          waiteeId,
          waiteeName: 'Ben',
          kind: 'called',
          channel: 'mail',
          status: 'due',
          attempts: 0,
          lastError: null,
          createdAt: expect.any(String),
          sentAt: null,
        },
      ],
      nextCursor: null,
    });
  });
});

describe('reminding a guest', () => {
  it('makes a reminder due, which can be read where its location says', async () => {
    const response = await notify(await newCalled(await newList()));
    expect(response.status).toBe(202);
    expect(response.body).toMatchObject({ kind: 'reminder', status: 'due', attempts: 0 });
    expect(response.headers.location).toBe(`/api/notifications/${response.body.id}`);
    const read = await call(app, 'getNotification', { user: ada, params: { id: response.body.id } });
    expect(read.body).toEqual(response.body);
  });

  it('twice is once, until the first is sent', async () => {
    const guest = await newCalled(await newList());
    const first = await notify(guest);
    const atOnce = await Promise.all([notify(guest), notify(guest), notify(guest)]);
    expect(new Set([first, ...atOnce].map(({ body }) => body.id)).size).toBe(1);
    await app.db('notifications').where({ id: first.body.id }).update({ status: 'sent' });
    expect((await notify(guest)).body.id).not.toBe(first.body.id);
  });

  it('under one key is answered with the same, also after it was sent', async () => {
    const guest = await newCalled(await newList());
    const headers = { 'idempotency-key': randomUUID() };
    const first = await notify(guest, ada, headers);
    await app.db('notifications').where({ id: first.body.id }).update({ status: 'sent' });
    expect((await notify(guest, ada, headers)).body).toEqual(first.body);
  });

  it('who waits, or was seated, is refused', async () => {
    const id = await newList();
    const waiting = await notify(await newGuest(id));
    expect([waiting.status, waiting.body.error.code]).toEqual([409, 'not_called']);
    const guest = await newCalled(id);
    await setStatus(guest, 'seated');
    expect((await notify(guest)).body.error.code).toBe('not_called');
  });

  it('who left no address is refused', async () => {
    const refused = await notify(await newCalled(await newList(), { email: null }));
    expect([refused.status, refused.body.error.code]).toEqual([422, 'no_contact']);
  });

  it('of another host, or of another list, is not found', async () => {
    const guest = await newCalled(await newList());
    expect((await notify(guest, eve)).status).toBe(404);
    expect((await notify({ ...guest, id: await newList() })).status).toBe(404);
    expect((await notify({ ...guest, waiteeId: randomUUID() })).status).toBe(404);
    expect(await app.db('notifications').where({ waitee_id: guest.waiteeId, kind: 'reminder' })).toEqual([]);
  });
});

describe('the history', () => {
  it('comes in pages, newest first, each once, also where many are of one moment', async () => {
    const host = await logIn(app);
    const id = await newList(host);
    for (let count = 0; count < 7; count += 1) await newCalled(id, { user: host });
    await app
      .db('notifications')
      .where({ waitlist_id: id })
      .update({ created_at: '2026-01-01T00:00:00.123456Z' });
    await newCalled(id, { user: host });
    const seen: Notification[] = [];
    let query = '?limit=3';
    for (let pages = 0; pages < 3; pages += 1) {
      const { body } = await call(app, 'listNotifications', { user: host, query });
      seen.push(...body.items);
      query = `?limit=3&cursor=${body.nextCursor}`;
      expect(body.nextCursor === null).toBe(pages === 2);
    }
    expect(new Set(seen.map((each) => each.id)).size).toBe(8);
    expect(seen.map(({ createdAt }) => createdAt)).toEqual(
      seen
        .map(({ createdAt }) => createdAt)
        .sort()
        .reverse(),
    );
  });

  it('is filtered by list, guest and status', async () => {
    const host = await logIn(app);
    const [here, there] = [await newList(host), await newList(host)];
    const guest = await newCalled(here, { user: host });
    await newCalled(here, { user: host });
    await newCalled(there, { user: host });
    await app.db('notifications').where({ waitee_id: guest.waiteeId }).update({ status: 'sent' });
    const count = async (query: string) =>
      (await call(app, 'listNotifications', { user: host, query })).body.items.length;
    expect(await count('')).toBe(3);
    expect(await count(`?waitlistId=${here}`)).toBe(2);
    expect(await count(`?waiteeId=${guest.waiteeId}`)).toBe(1);
    expect(await count('?status=due')).toBe(2);
    expect(await count(`?status=sent&waitlistId=${there}`)).toBe(0);
  });

  it('is the owner’s alone', async () => {
    const { id, waiteeId } = await newCalled(await newList());
    const [{ id: notificationId }] = await app.db('notifications').where({ waitee_id: waiteeId });
    for (const query of ['', `?waitlistId=${id}`, `?waiteeId=${waiteeId}`]) {
      expect((await call(app, 'listNotifications', { user: eve, query })).body.items).toEqual([]);
    }
    const read = await call(app, 'getNotification', { user: eve, params: { id: notificationId } });
    expect(read.status).toBe(404);
  });

  it.each(['?cursor=abcd', '?limit=0', '?limit=101', '?status=lost', '?waiteeId=1', '?colour=red'])(
    'refuses %s',
    async (query) => {
      expect((await call(app, 'listNotifications', { user: ada, query })).status).toBe(400);
    },
  );
});

describe('templates', () => {
  const body = {
    called: { subject: 'Come, {{guest}}', text: 'Now, all {{partySize}}.' },
    reminder: { subject: 'Still here', text: '{{placeUrl}}' },
  };

  it('are ours until the host has saved their own, and then those, as last saved', async () => {
    const params = { id: await newList() };
    const read = async () => (await call(app, 'getNotificationTemplates', { user: ada, params })).body;
    expect(await read()).toEqual(defaultTemplates);
    expect((await call(app, 'putNotificationTemplates', { user: ada, params, body })).body).toEqual(body);
    expect(await read()).toEqual(body);
    const other = { ...body, reminder: defaultTemplates.reminder };
    await call(app, 'putNotificationTemplates', { user: ada, params, body: other });
    expect(await read()).toEqual(other);
  });

  it('of another host are not there', async () => {
    const params = { id: await newList() };
    expect((await call(app, 'getNotificationTemplates', { user: eve, params })).status).toBe(404);
    expect((await call(app, 'putNotificationTemplates', { user: eve, params, body })).status).toBe(404);
  });

  it.each([
    [
      'an unknown placeholder',
      { ...body, called: { subject: '{{name}}', text: 'x' } },
      'body.called.subject',
    ],
    ['a subject of two lines', { ...body, called: { subject: 'a\nb', text: 'x' } }, 'body.called.subject'],
    ['NUL', { ...body, reminder: { subject: 'a', text: 'x\0' } }, 'body.reminder.text'],
    ['a lone surrogate', { ...body, reminder: { subject: 'a\ud800', text: 'x' } }, 'body.reminder.subject'],
    ['one template alone', { called: body.called }, 'body.reminder'],
  ])('with %s are refused, and the fault is named', async (_, faulty, path) => {
    const params = { id: await newList() };
    const response = await call(app, 'putNotificationTemplates', { user: ada, params, body: faulty });
    expect(response.status).toBe(400);
    expect(response.body.error.details).toContainEqual(expect.objectContaining({ path }));
  });
});
