import { randomUUID } from 'node:crypto';
import type { RouteName, Waitee, Waitlist } from '@banyan/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../testing/test-app.ts';
import { connectBoard, follow, namesOf } from './live/testing.ts';
import { call, logIn, type TestUser } from './testing-app.ts';

let app: TestApp;
let ada: TestUser;
let eve: TestUser;

beforeAll(async () => {
  app = await startTestApp();
  [ada, eve] = [await logIn(app), await logIn(app)];
});
afterAll(() => app.stop());

async function createList(body: object = {}): Promise<Waitlist> {
  const response = await call(app, 'createWaitlist', { user: ada, body: { name: 'Blue Door', ...body } });
  expect(response.status).toBe(201);
  return response.body;
}

async function createGuest(id: string, name = 'Ben'): Promise<Waitee> {
  const response = await call(app, 'createWaitee', {
    user: ada,
    params: { id },
    body: { name, partySize: 2 },
  });
  expect(response.status).toBe(201);
  return response.body;
}

function setStatus(id: string, waiteeId: string, status: string) {
  return call(app, 'setWaiteeStatus', { user: ada, params: { id, waiteeId }, body: { status } });
}

describe('waitlists over HTTP', () => {
  it('are created, read, changed and deleted', async () => {
    const created = await call(app, 'createWaitlist', { user: ada, body: { name: ' Café Löwe ' } });
    expect(created.body).toMatchObject({
      slug: 'cafe-lowe',
      name: 'Café Löwe',
      open: true,
      minutesPerParty: 10,
      waitingCount: 0,
      joinPath: '/join/cafe-lowe',
    });
    const params = { id: created.body.id };
    expect(created.headers.location).toBe(`/api/waitlists/${params.id}`);
    const changed = await call(app, 'updateWaitlist', {
      user: ada,
      params,
      body: { open: false, slug: 'lowe' },
    });
    expect(changed.body).toMatchObject({
      name: 'Café Löwe',
      open: false,
      slug: 'lowe',
      joinPath: '/join/lowe',
    });
    expect((await call(app, 'getWaitlist', { user: ada, params })).body).toEqual(changed.body);
    expect((await call(app, 'updateWaitlist', { user: ada, params, body: {} })).body).toEqual(changed.body);
    expect((await call(app, 'deleteWaitlist', { user: ada, params })).status).toBe(204);
    expect((await call(app, 'getWaitlist', { user: ada, params })).status).toBe(404);
    expect((await call(app, 'deleteWaitlist', { user: ada, params })).status).toBe(404);
  });

  it('refuse a chosen slug that is taken, and change nothing', async () => {
    const taken = await createList({ slug: `taken-${randomUUID()}` });
    const other = await createList();
    const again = await call(app, 'createWaitlist', { user: eve, body: { name: 'Mine', slug: taken.slug } });
    expect(again.body.error.code).toBe('slug_taken');
    const params = { id: other.id };
    const change = await call(app, 'updateWaitlist', {
      user: ada,
      params,
      body: { name: 'New', slug: taken.slug },
    });
    expect(change.body.error.code).toBe('slug_taken');
    expect((await call(app, 'getWaitlist', { user: ada, params })).body).toEqual(other);
  });

  it('are each user’s own: for others no object is there, on any route, and nothing of it changes', async () => {
    const { id } = await createList();
    const waitee = await createGuest(id);
    const params = { id, waiteeId: waitee.id };
    const before = await call(app, 'listWaitees', { user: ada, params });
    const attempts: readonly (readonly [RouteName, unknown?])[] = [
      ['getWaitlist'],
      ['updateWaitlist', { name: 'Eve’s' }],
      ['listWaitees'],
      ['createWaitee', { name: 'Eve', partySize: 1 }],
      ['reorderWaitees', { waiteeIds: [waitee.id] }],
      ['getWaitee'],
      ['updateWaitee', { name: 'Eve' }],
      ['setWaiteeStatus', { status: 'cancelled' }],
      ['deleteWaitee'],
      ['deleteWaitlist'],
    ];
    const own = (await call(app, 'createWaitlist', { user: eve, body: { name: 'Eve’s' } })).body.id;
    for (const [name, body] of attempts) {
      const refused = await call(app, name, { user: eve, params, body });
      expect([name, refused.status]).toEqual([name, 404]);
      const unknown = await call(app, name, { user: eve, params: { ...params, id: randomUUID() }, body });
      expect(refused.body.error.message).toBe(unknown.body.error.message);
      expect((await call(app, name, { params, body })).status).toBe(401);
      // Through a list of one's own, another's guest is not there either.
      if (name.endsWith('Waitee') || name === 'setWaiteeStatus') {
        if (name === 'createWaitee') continue;
        const through = await call(app, name, { user: eve, params: { ...params, id: own }, body });
        expect([name, through.status]).toEqual([name, 404]);
      }
    }
    const stolen = await call(app, 'reorderWaitees', {
      user: eve,
      params: { id: own },
      body: { waiteeIds: [waitee.id] },
    });
    expect(stolen.body.error.code).toBe('order_conflict');
    expect((await call(app, 'listWaitees', { user: ada, params })).body).toEqual(before.body);
    const seen = await call(app, 'listWaitlists', { user: eve, query: '?limit=100' });
    expect(seen.body.items.map((list: Waitlist) => list.id)).toEqual([own]);
  });

  it('are paged by cursors of their own, and by no others', async () => {
    const user = await logIn(app);
    for (const name of ['one', 'two', 'three']) await call(app, 'createWaitlist', { user, body: { name } });
    const first = await call(app, 'listWaitlists', { user, query: '?limit=2' });
    expect(first.body.items.map((list: Waitlist) => list.name)).toEqual(['three', 'two']);
    const cursor: string = first.body.nextCursor;
    const rest = await call(app, 'listWaitlists', { user, query: `?limit=2&cursor=${cursor}` });
    expect(rest.body).toMatchObject({ items: [{ name: 'one' }], nextCursor: null });
    const [list] = first.body.items;
    const crossed = await call(app, 'listWaitees', {
      user,
      params: { id: list.id },
      query: `?cursor=${cursor}`,
    });
    for (const query of [
      '?cursor=abc',
      `?cursor=${cursor}A`,
      '?cursor=!',
      '?limit=0',
      '?limit=101',
      '?limit=x',
      '?page=2',
    ]) {
      const refused = await call(app, 'listWaitlists', { user, query });
      expect([query, refused.body.error.code]).toEqual([query, 'invalid_request']);
    }
    expect(crossed.body.error).toMatchObject({
      code: 'invalid_request',
      details: [{ path: 'query.cursor' }],
    });
  });

  it('are watched live with an access token of this server', async () => {
    const list = await createList();
    const board = await connectBoard(Number(new URL(app.url).port));
    follow(board, ada.token, list.id);
    expect(await board.next()).toEqual({ type: 'board', waitlist: list, waitees: [] });
    await createGuest(list.id, 'Cleo');
    expect(namesOf(await board.next())).toEqual(['Cleo waiting']);
    follow(board, eve.token, list.id);
    expect(await board.next()).toMatchObject({ type: 'refused', code: 'not_found' });
  });
});

describe('guests over HTTP', () => {
  it('go from waiting to called to seated, and are told of once', async () => {
    const list = await createList({ minutesPerParty: 20 });
    const [first, second] = [await createGuest(list.id, 'Ben'), await createGuest(list.id, 'Cleo')];
    expect([first.position, second.position]).toEqual([1, 2]);
    expect([first.estimatedWaitMinutes, second.estimatedWaitMinutes]).toEqual([10, 30]);
    const called = await setStatus(list.id, first.id, 'called');
    expect(called.body).toMatchObject({ status: 'called', position: null, estimatedWaitMinutes: null });
    expect(called.body.calledAt).not.toBeNull();
    expect((await setStatus(list.id, first.id, 'called')).body.error.code).toBe('invalid_transition');
    expect((await setStatus(list.id, second.id, 'seated')).body.error.code).toBe('invalid_transition');
    const params = { id: list.id, waiteeId: second.id };
    expect((await call(app, 'getWaitee', { user: ada, params })).body.position).toBe(1);
    const seated = await setStatus(list.id, first.id, 'seated');
    expect(seated.body).toMatchObject({ status: 'seated', calledAt: called.body.calledAt });
    expect(seated.body.closedAt).not.toBeNull();
    expect(await app.db('notifications').where({ waitee_id: first.id })).toHaveLength(1);
    const notCalled = await app.db('notifications').where({ waitee_id: second.id });
    expect(notCalled).toEqual([]);
  });

  it('are added once for one Idempotency-Key, also when it is sent ten times at once', async () => {
    const list = await createList();
    const headers = { 'idempotency-key': randomUUID() };
    const add = () =>
      call(app, 'createWaitee', {
        user: ada,
        params: { id: list.id },
        headers,
        body: { name: 'Ben', partySize: 2 },
      });
    const answers = await Promise.all(Array.from({ length: 10 }, add));
    const added = answers.filter((answer) => answer.status === 201).map((answer) => answer.body.id);
    expect(new Set(added).size).toBe(1);
    expect((await add()).body.id).toBe(added[0]);
    expect((await call(app, 'getWaitlist', { user: ada, params: { id: list.id } })).body.waitingCount).toBe(
      1,
    );
  });

  it('are added by their host while the list is closed', async () => {
    const list = await createList({ open: false });
    expect((await createGuest(list.id)).position).toBe(1);
  });

  it('are put in a new order that names all who wait', async () => {
    const list = await createList();
    const guests = [
      await createGuest(list.id, 'a'),
      await createGuest(list.id, 'b'),
      await createGuest(list.id, 'c'),
    ];
    const order = guests.map((guest) => guest.id).reverse();
    const params = { id: list.id };
    const moved = await call(app, 'reorderWaitees', { user: ada, params, body: { waiteeIds: order } });
    expect(moved.body.items.map((guest: Waitee) => [guest.id, guest.position])).toEqual(
      order.map((id, index) => [id, index + 1]),
    );
    const short = await call(app, 'reorderWaitees', {
      user: ada,
      params,
      body: { waiteeIds: order.slice(1) },
    });
    expect(short.body.error.code).toBe('order_conflict');
  });

  it('can be cleared of what was known, and deleted with their notifications', async () => {
    const list = await createList();
    const { id: waiteeId } = await createGuest(list.id);
    const params = { id: list.id, waiteeId };
    const known = { email: 'Ben@Example.com', phone: '+44 20 7946 0000', note: 'high chair' };
    const changed = await call(app, 'updateWaitee', { user: ada, params, body: known });
    expect(changed.body).toMatchObject({ ...known, email: 'ben@example.com', name: 'Ben' });
    const cleared = await call(app, 'updateWaitee', { user: ada, params, body: { email: null, note: null } });
    expect(cleared.body).toMatchObject({ email: null, phone: known.phone, note: null });
    await setStatus(list.id, waiteeId, 'called');
    expect((await call(app, 'deleteWaitee', { user: ada, params })).status).toBe(204);
    expect((await call(app, 'getWaitee', { user: ada, params })).status).toBe(404);
    expect(await app.db('notifications').where({ waitee_id: waiteeId })).toEqual([]);
  });

  it.each([
    ['NUL in a name', '{"name":"a\\u0000b","partySize":2}'],
    ['a lone surrogate', '{"name":"\\ud800","partySize":2}'],
    ['__proto__', '{"name":"Ben","partySize":2,"__proto__":{"note":"x"}}'],
    ['a key twice', '{"name":"Ben","name":"Eve","partySize":2}'],
    ['a number past 2^53', '{"name":"Ben","partySize":9007199254740993}'],
    ['a number past all', '{"name":"Ben","partySize":1e400}'],
    ['half a guest', '{"name":"Ben","partySize":1.5}'],
    ['text for a number', '{"name":"Ben","partySize":"2"}'],
    ['a field that is none', '{"name":"Ben","partySize":2,"status":"seated"}'],
    ['an empty name', '{"name":"  ","partySize":2}'],
    ['an array', '[]'],
    ['nothing', ''],
    ['no JSON', '{"name":'],
  ])('are refused with %s, and none is added', async (_, body) => {
    const { id } = await createList();
    const refused = await call(app, 'createWaitee', { user: ada, params: { id }, body });
    expect(refused.body.error.code).toBe('invalid_request');
    expect(await app.db('waitees').where({ waitlist_id: id })).toEqual([]);
  });

  it('are not looked for by ids that are none', async () => {
    const { id } = await createList();
    for (const waiteeId of ['x', '%00', '1', `${randomUUID()}'`, '..%2f']) {
      const refused = await call(app, 'getWaitee', { user: ada, params: { id, waiteeId } });
      expect([waiteeId, refused.body.error.code]).toEqual([waiteeId, 'invalid_request']);
    }
  });
});
