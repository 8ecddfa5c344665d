import type { Waitee } from '@banyan/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { addGuest, addHost, addList, changeLine, testLine } from './testing.ts';
import { changeWaitee, deleteWaitee, listWaitees, readBoardWaitees, readWaitee } from './waitee-store.ts';
import { changeWaitlist, deleteWaitlist, listWaitlists, readWaitlist } from './waitlist-store.ts';

let database: TestDatabase;
let host: string;

beforeAll(async () => {
  database = await createTestDatabase();
  host = await addHost(database.knex);
});
afterAll(() => database.drop());

async function pagesOf(
  waitlistId: string,
  limit: number,
  between: (page: number) => Promise<unknown> = async () => undefined,
): Promise<Waitee[]> {
  const all: Waitee[] = [];
  let cursor: string | null | undefined;
  for (let page = 1; cursor !== null; page += 1) {
    const read = await listWaitees(database.knex, waitlistId, { limit, ...(cursor ? { cursor } : {}) });
    expect(read.items.length).toBeLessThanOrEqual(limit);
    all.push(...read.items);
    cursor = read.nextCursor;
    await between(page);
  }
  return all;
}

/** Three called, four waiting, three done: in each part in another order than they joined. */
async function mixedList(): Promise<{ readonly id: string; readonly expected: readonly string[] }> {
  const db = database.knex;
  const list = await addList(db, host);
  const ids: Record<string, string> = {};
  for (const name of ['w1', 'c2', 'd1', 'w2', 'c1', 'd3', 'w3', 'd2', 'c3', 'w4']) {
    ids[name] = (await addGuest(db, host, list.id, name)).id;
  }
  const set = (name: string, to: 'called' | 'cancelled') =>
    changeLine(db, host, list.id, (tx) => testLine.setStatus(tx, list.id, ids[name] ?? '', to));
  for (const name of ['c1', 'c2', 'c3']) await set(name, 'called');
  for (const name of ['d3', 'd2', 'd1']) await set(name, 'cancelled');
  const order = ['w3', 'w1', 'w4', 'w2'].map((name) => ids[name] ?? '');
  await changeLine(db, host, list.id, (tx) => testLine.reorder(tx, list.id, order));
  return { id: list.id, expected: ['c1', 'c2', 'c3', 'w3', 'w1', 'w4', 'w2', 'd1', 'd2', 'd3'] };
}

describe('lists of guests', () => {
  it('show those called, those waiting in their order, then the others, latest first, whatever the page', async () => {
    const { id, expected } = await mixedList();
    for (const limit of [1, 2, 3, 4, 9, 10, 100]) {
      expect((await pagesOf(id, limit)).map((waitee) => waitee.name)).toEqual(expected);
    }
  });

  it('tell the same places and waits on each page', async () => {
    const { id } = await mixedList();
    const waiting = (await pagesOf(id, 3)).filter((waitee) => waitee.status === 'waiting');
    expect(waiting.map((waitee) => [waitee.position, waitee.estimatedWaitMinutes])).toEqual([
      [1, 5],
      [2, 15],
      [3, 25],
      [4, 35],
    ]);
  });

  it('neither repeat nor miss anyone who stays, while others join and go between pages', async () => {
    const { id, expected } = await mixedList();
    const seen = await pagesOf(id, 2, async (page) => {
      if (page > 5) return;
      const late = await addGuest(database.knex, host, id, `late ${page}`);
      if (page % 2 === 0) {
        await changeLine(database.knex, host, id, (tx) => deleteWaitee(tx, id, late.id));
      }
    });
    const names = seen.map((waitee) => waitee.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !name.startsWith('late'))).toEqual(expected);
  });

  it('can be of one state alone', async () => {
    const { id } = await mixedList();
    const first = await listWaitees(database.knex, id, { limit: 2, status: 'cancelled' });
    const rest = await listWaitees(database.knex, id, {
      limit: 2,
      status: 'cancelled',
      cursor: first.nextCursor ?? '',
    });
    expect([...first.items, ...rest.items].map((waitee) => waitee.name)).toEqual(['d1', 'd2', 'd3']);
    expect(rest.nextCursor).toBeNull();
  });

  it('give a board everyone who is open, and of the others the latest', async () => {
    const { id, expected } = await mixedList();
    const board = await readBoardWaitees(database.knex, id, 2);
    expect(board.map((waitee) => waitee.name)).toEqual(expected.slice(0, -1));
  });
});

describe('guests', () => {
  it('keep what a change does not name, and lose what it makes null', async () => {
    const db = database.knex;
    const list = await addList(db, host);
    const { id } = await addGuest(db, host, list.id, 'Ada');
    await changeLine(db, host, list.id, (tx) =>
      changeWaitee(tx, list.id, id, { email: 'ada@example.com', note: 'by the window' }),
    );
    await changeLine(db, host, list.id, (tx) => changeWaitee(tx, list.id, id, { note: null, partySize: 5 }));
    expect(await readWaitee(db, list.id, id)).toMatchObject({
      name: 'Ada',
      partySize: 5,
      email: 'ada@example.com',
      note: null,
    });
  });

  it('are found on their own list alone', async () => {
    const db = database.knex;
    const [list, other] = [await addList(db, host), await addList(db, host)];
    const { id } = await addGuest(db, host, list.id, 'Ada');
    await expect(readWaitee(db, other.id, id)).rejects.toMatchObject({ code: 'not_found' });
    const attempts = [
      changeLine(db, host, other.id, (tx) => changeWaitee(tx, other.id, id, { name: 'Eve' })),
      changeLine(db, host, other.id, (tx) => deleteWaitee(tx, other.id, id)),
      changeLine(db, host, other.id, (tx) => testLine.setStatus(tx, other.id, id, 'called')),
    ];
    for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'not_found' });
    expect(await readWaitee(db, list.id, id)).toMatchObject({ name: 'Ada', status: 'waiting' });
  });
});

describe('waitlists', () => {
  it('get a slug of their own when many are made with one name at once', async () => {
    const lists = await Promise.all(
      Array.from({ length: 30 }, () => addList(database.knex, host, { name: 'Zum Löwen' })),
    );
    const slugs = lists.map((list) => list.slug);
    expect(new Set(slugs).size).toBe(30);
    expect(slugs.filter((slug) => slug === 'zum-lowen')).toHaveLength(1);
    for (const list of lists) expect(list.joinPath).toBe(`/join/${list.slug}`);
  });

  it('give a chosen slug to one of those who ask for it at once', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => addList(database.knex, host, { slug: 'chosen' })),
    );
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused).toHaveLength(9);
    for (const reason of refused) expect(reason).toMatchObject({ code: 'slug_taken' });
    const other = await addList(database.knex, host);
    const change = database.knex.transaction((tx) => changeWaitlist(tx, host, other.id, { slug: 'chosen' }));
    await expect(change).rejects.toMatchObject({ code: 'slug_taken' });
    expect((await readWaitlist(database.knex, host, other.id)).slug).toBe(other.slug);
  });

  it('are listed newest first, to the microsecond, while more are made between pages', async () => {
    const owner = await addHost(database.knex);
    const made: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      const { id } = await addList(database.knex, owner);
      // Within one millisecond, which a cursor of milliseconds would skip or repeat.
      await database
        .knex('waitlists')
        .where({ id })
        .update({ created_at: `2026-01-01T00:00:00.00000${index >> 1}Z` });
      made.push(id);
    }
    const expected = await database
      .knex('waitlists')
      .where({ owner_id: owner })
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ])
      .pluck('id');
    const seen: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await listWaitlists(database.knex, owner, { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map((list) => list.id));
      cursor = page.nextCursor;
      await addList(database.knex, owner);
    }
    expect(seen).toEqual(expected);
    expect(seen.toSorted()).toEqual(made.toSorted());
  });

  it('count who waits and who is called, and take their guests and notifications with them', async () => {
    const db = database.knex;
    const list = await addList(db, host);
    const [first] = await Promise.all(['a', 'b', 'c'].map((name) => addGuest(db, host, list.id, name)));
    await changeLine(db, host, list.id, (tx) => testLine.setStatus(tx, list.id, first?.id ?? '', 'called'));
    expect(await readWaitlist(db, host, list.id)).toMatchObject({ waitingCount: 2, calledCount: 1 });
    await db.transaction((tx) => deleteWaitlist(tx, host, list.id));
    expect(await db('waitees').where({ waitlist_id: list.id })).toEqual([]);
    expect(await db('notifications').where({ waitlist_id: list.id })).toEqual([]);
    await expect(readWaitlist(db, host, list.id)).rejects.toMatchObject({ code: 'not_found' });
  });
});
