import { randomUUID } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import type { Place, Waitlist } from '@banyan/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { startTestApp, type TestApp } from '../testing/test-app.ts';
import { call, logIn, type TestUser } from '../waitlists/testing-app.ts';
import { readEvents } from './testing.ts';

let app: TestApp;
let host: TestUser;

beforeAll(async () => {
  app = await startTestApp();
  host = await logIn(app);
});
afterAll(() => app.stop());

async function createList(body: object = {}): Promise<Waitlist> {
  return (await call(app, 'createWaitlist', { user: host, body: { name: 'Blue Door', ...body } })).body;
}

function join(slug: string, body: object = {}, options: { user?: TestUser } = {}) {
  return call(app, 'joinWaitlist', {
    params: { slug },
    body: { name: 'Ada', partySize: 2, ...body },
    ...options,
  });
}

async function joined(slug: string, name = 'Ada'): Promise<{ token: string; place: Place }> {
  const response = await join(slug, { name });
  expect(response.status).toBe(201);
  return response.body;
}

async function waiteeIdOf(list: Waitlist, name: string): Promise<string> {
  const listed = await call(app, 'listWaitees', { user: host, params: { id: list.id }, query: '?limit=100' });
  return listed.body.items.find((waitee: { name: string }) => waitee.name === name).id;
}

async function setStatus(list: Waitlist, name: string, status: string) {
  const params = { id: list.id, waiteeId: await waiteeIdOf(list, name) };
  return await call(app, 'setWaiteeStatus', { user: host, params, body: { status } });
}

describe('guests', () => {
  it('read what they may know of a list, join it, see their place, and leave', async () => {
    const list = await createList();
    const params = { slug: list.slug };
    expect((await call(app, 'getPublicWaitlist', { params })).body).toEqual({
      slug: list.slug,
      name: 'Blue Door',
      open: true,
      waitingCount: 0,
      estimatedWaitMinutes: 5,
    });
    const answer = await join(list.slug, { email: 'Ada@Example.com' });
    const { token, place } = answer.body;
    expect(place).toMatchObject({
      waitlist: { slug: list.slug },
      name: 'Ada',
      status: 'waiting',
      position: 1,
    });
    expect(place.estimatedWaitMinutes).toBe(5);
    expect(answer.headers.location).toBe(`/api/public/waitees/${token}`);
    expect((await call(app, 'getPlace', { params: { token } })).body).toEqual(place);
    expect((await call(app, 'getPublicWaitlist', { params })).body).toMatchObject({
      waitingCount: 1,
      estimatedWaitMinutes: 15,
    });
    const left = await call(app, 'leaveWaitlist', { params: { token } });
    expect(left.body).toMatchObject({ status: 'cancelled', position: null, estimatedWaitMinutes: null });
    const again = await call(app, 'leaveWaitlist', { params: { token } });
    expect(again.body.error.code).toBe('invalid_transition');
  });

  it('may leave while called, and not once seated', async () => {
    const list = await createList();
    const [ada, ben] = [await joined(list.slug, 'Ada'), await joined(list.slug, 'Ben')];
    await setStatus(list, 'Ada', 'called');
    expect((await call(app, 'leaveWaitlist', { params: { token: ada.token } })).body.status).toBe(
      'cancelled',
    );
    await setStatus(list, 'Ben', 'called');
    await setStatus(list, 'Ben', 'seated');
    expect((await call(app, 'leaveWaitlist', { params: { token: ben.token } })).body.error.code).toBe(
      'invalid_transition',
    );
    expect((await call(app, 'getPlace', { params: { token: ben.token } })).body.status).toBe('seated');
  });

  it('do not join a list that is closed, or none', async () => {
    const list = await createList({ open: false });
    expect((await join(list.slug)).body.error.code).toBe('waitlist_closed');
    expect(await app.db('waitees').where({ waitlist_id: list.id })).toEqual([]);
    expect((await join('no-such-list')).body.error.code).toBe('not_found');
  });

  it('bring their photo when they are logged in, and are refused with a token that is not good', async () => {
    const list = await createList();
    const ada = await logIn(app);
    const imageId = randomUUID();
    await app.db('images').insert({
      id: imageId,
      owner_id: ada.id,
      width: 1,
      height: 1,
      sha256: Buffer.alloc(32),
    });
    await app.db('users').where({ id: ada.id }).update({ photo_image_id: imageId });
    expect((await join(list.slug, {}, { user: ada })).status).toBe(201);
    await join(list.slug, { name: 'Ben' });
    const listed = await call(app, 'listWaitees', { user: host, params: { id: list.id } });
    expect(listed.body.items).toMatchObject([
      { name: 'Ada', photo: { id: imageId, links: { thumb: `/api/images/${imageId}/thumb` } } },
      { name: 'Ben', photo: null },
    ]);
    const forged = { ...ada, token: `${ada.token.slice(0, -2)}xx` };
    expect((await join(list.slug, { name: 'Eve' }, { user: forged })).status).toBe(401);
    expect(await app.db('waitees').where({ waitlist_id: list.id })).toHaveLength(2);
  });

  it('who join at once, 100 of them, get the places 1 to 100', async () => {
    const list = await createList();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => joined(list.slug, `Guest ${index}`)),
    );
    const positions = answers.map((answer) => answer.place.position).sort((a, b) => Number(a) - Number(b));
    expect(positions).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(new Set(answers.map((answer) => answer.token)).size).toBe(100);
  });

  it('join once for one Idempotency-Key, and get the same token again', async () => {
    const list = await createList();
    const options = { params: { slug: list.slug }, headers: { 'idempotency-key': randomUUID() } };
    const body = { name: 'Ada', partySize: 2 };
    const [first, second] = [
      await call(app, 'joinWaitlist', { ...options, body }),
      await call(app, 'joinWaitlist', { ...options, body }),
    ];
    expect(second.body).toEqual(first.body);
    expect(await app.db('waitees').where({ waitlist_id: list.id })).toHaveLength(1);
  });

  it('who are called as they leave are told one truth', async () => {
    const list = await createList();
    for (let round = 0; round < 5; round += 1) {
      const { token } = await joined(list.slug, `Guest ${round}`);
      const waiteeId = await waiteeIdOf(list, `Guest ${round}`);
      const params = { id: list.id, waiteeId };
      const [left, called] = await Promise.all([
        call(app, 'leaveWaitlist', { params: { token } }),
        call(app, 'setWaiteeStatus', { user: host, params, body: { status: 'called' } }),
      ]);
      expect(left.status).toBe(200);
      const place = (await call(app, 'getPlace', { params: { token } })).body;
      expect(place.status).toBe('cancelled');
      expect(place.calledAt === null).toBe(called.status === 409);
      const due = await app.db('notifications').where({ waitee_id: waiteeId });
      expect(due).toHaveLength(called.status === 200 ? 1 : 0);
    }
  });

  it('see no other’s place, with a token that is made up, cut or another’s id', async () => {
    const list = await createList();
    const { token } = await joined(list.slug);
    const waiteeId = await waiteeIdOf(list, 'Ada');
    for (const other of [token.slice(0, -1), `${token}A`, waiteeId, 'A'.repeat(43)]) {
      expect((await call(app, 'getPlace', { params: { token: other } })).status).toBe(404);
      expect((await call(app, 'leaveWaitlist', { params: { token: other } })).status).toBe(404);
    }
    expect((await call(app, 'getPlace', { params: { token: 'short' } })).status).toBe(400);
    expect((await call(app, 'getPlace', { params: { token } })).body.status).toBe('waiting');
  });
});

/** How an answer begins. A request of our own, since others fill in an Accept where none is given. */
function headOf(url: string, accept: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { headers: accept === undefined ? {} : { accept } }, (response) => {
      response.destroy();
      resolve(response);
    });
    asked.on('error', reject);
  });
}

describe('a place', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['text/event-stream', 'text/event-stream'],
    ['text/*', 'text/event-stream'],
    ['application/json;q=0.1, text/event-stream', 'text/event-stream'],
    ['text/event-stream;q=0.1, application/json;q=0.2', 'application/json'],
    ['text/event-stream;q=0, */*', 'application/json'],
    ['text/html', 406],
    ['application/json;q=0', 406],
    ['nonsense', 406],
  ])('asked for as %s is sent as %s', async (accept, expected) => {
    const { token } = await joined((await createList()).slug);
    const answer = await headOf(`${app.url}/api/public/waitees/${token}`, accept);
    if (typeof expected === 'number') expect(answer.statusCode).toBe(expected);
    else expect(answer.headers['content-type']).toMatch(new RegExp(`^${expected}`));
    expect(answer.headers.vary).toMatch(/accept/i);
  });

  it('as a stream tells each change as it comes, and ends when the guest is deleted', async () => {
    const list = await createList();
    const [, ben] = [await joined(list.slug, 'Ada'), await joined(list.slug, 'Ben')];
    const stream = await readEvents(`${app.url}/api/public/waitees/${ben.token}`);
    expect(await stream.next()).toMatchObject({ event: 'place', data: ben.place });
    await setStatus(list, 'Ada', 'called');
    expect(await stream.next()).toMatchObject({
      data: { status: 'waiting', position: 1, estimatedWaitMinutes: 5 },
    });
    await call(app, 'updateWaitlist', { user: host, params: { id: list.id }, body: { minutesPerParty: 60 } });
    expect(await stream.next()).toMatchObject({ data: { position: 1, estimatedWaitMinutes: 30 } });
    await setStatus(list, 'Ben', 'called');
    expect(await stream.next()).toMatchObject({ data: { status: 'called', position: null } });
    const params = { id: list.id, waiteeId: await waiteeIdOf(list, 'Ben') };
    await call(app, 'deleteWaitee', { user: host, params });
    expect(await stream.next()).toMatchObject({ event: 'gone', data: {} });
    expect(await stream.next()).toBeUndefined();
    expect((await fetch(`${app.url}/api/public/waitees/${ben.token}`)).status).toBe(404);
  });

  it('as a stream ends with its list', async () => {
    const list = await createList();
    const { token } = await joined(list.slug);
    const stream = await readEvents(`${app.url}/api/public/waitees/${token}`);
    await stream.next();
    await call(app, 'deleteWaitlist', { user: host, params: { id: list.id } });
    expect(await stream.next()).toMatchObject({ event: 'gone' });
    expect(await stream.next()).toBeUndefined();
  });

  it('as a stream hears of changes again after its database connection was cut', async () => {
    const list = await createList();
    const { token } = await joined(list.slug, 'Ada');
    const stream = await readEvents(`${app.url}/api/public/waitees/${token}`);
    await stream.next();
    await app.db.raw(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'banyan-monolith-changes'`,
    );
    await setStatus(list, 'Ada', 'called');
    expect(await stream.next()).toMatchObject({ data: { status: 'called' } });
  });
});

describe('join page', () => {
  it('shows the list, with what its host wrote as text and not as markup', async () => {
    const list = await createList({ name: '<script>alert(1)</script>' });
    const page = await request(app.url).get(list.joinPath);
    expect([page.status, page.type]).toEqual([200, 'text/html']);
    expect(page.text).toContain('&lt;script&gt;alert(1)');
    expect(page.text).not.toContain('<script>alert(1)');
  });

  it.each(['no-such-list', '%00', 'A', '%F0%9F%8D%A3', 'x'.repeat(2_000), '%27%20OR%201=1', '%2e%2e%2f'])(
    'says that there is no list at %s',
    async (slug) => {
      const page = await request(app.url).get(`/join/${slug}`);
      expect([page.status, page.type]).toEqual([404, 'text/html']);
    },
  );
});
