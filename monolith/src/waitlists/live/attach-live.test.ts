import { type LiveMessage, liveCloseCodes } from '@banyan/contracts';
import { createLog } from '@banyan/serving';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { createListener, type Listener } from '../../database/listener.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { addGuest, addHost, addList, changeLine, testLine } from '../testing.ts';
import { deleteWaitlist } from '../waitlist-store.ts';
import { announceChange } from './announce-change.ts';
import { type ChangeFeed, createChangeFeed } from './change-feed.ts';
import {
  type Board,
  bareUpgrade,
  connectBoard,
  follow,
  type LiveServer,
  namesOf,
  serveLive,
} from './testing.ts';

let database: TestDatabase;
let listener: Listener;
let feed: ChangeFeed;
let host: string;
let server: LiveServer;
let sessionEnded: boolean;
const open: WebSocket[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  host = await addHost(database.knex);
  listener = createListener({ databaseUrl: database.url, log: createLog('test', 'silent') });
  feed = createChangeFeed(listener);
  listener.start();
});
afterAll(async () => {
  await listener.stop();
  await database.drop();
});

async function serve(timings: { followWithinMs?: number; checkEveryMs?: number } = {}): Promise<void> {
  server = await serveLive({ db: database.knex, feed, isEnded: () => sessionEnded, ...timings });
}

beforeEach(() => {
  sessionEnded = false;
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.terminate();
  await server.close();
});

async function connect(options: { autoPong?: boolean } = {}): Promise<Board> {
  const board = await connectBoard(server.port, options);
  open.push(board.socket);
  return board;
}

describe('live board', () => {
  it('gets the board at once, and again at each change', async () => {
    await serve();
    const db = database.knex;
    const list = await addList(db, host);
    const ada = await addGuest(db, host, list.id, 'Ada');
    const board = await connect();
    follow(board, host, list.id.toUpperCase());
    const first = await board.next();
    expect(first).toMatchObject({ type: 'board', waitlist: { id: list.id, waitingCount: 1 } });
    expect(namesOf(first)).toEqual(['Ada waiting']);
    await addGuest(db, host, list.id, 'Ben');
    expect(namesOf(await board.next())).toEqual(['Ada waiting', 'Ben waiting']);
    await changeLine(db, host, list.id, (tx) => testLine.setStatus(tx, list.id, ada.id, 'called'));
    expect(namesOf(await board.next())).toEqual(['Ada called', 'Ben waiting']);
  });

  it('gets the same as every other board of the list, few times in a burst, and at last the last state', async () => {
    await serve();
    const db = database.knex;
    const list = await addList(db, host);
    const boards = await Promise.all(Array.from({ length: 10 }, () => connect()));
    for (const board of boards) follow(board, host, list.id);
    await Promise.all(boards.map((board) => board.next()));
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => addGuest(db, host, list.id, `Guest ${index}`)),
    );
    for (const board of boards) {
      let last: LiveMessage | undefined;
      while (last === undefined || namesOf(last).length < 60) last = await board.next();
      expect(board.messages.length).toBeLessThan(60);
    }
  });

  it('turns to another list, or brings its next token, without a new connection', async () => {
    await serve();
    const db = database.knex;
    const [one, two] = [await addList(db, host), await addList(db, host)];
    const board = await connect();
    follow(board, host, one.id);
    await board.next();
    follow(board, host, two.id);
    expect(await board.next()).toMatchObject({ waitlist: { id: two.id } });
    await addGuest(db, host, one.id, 'unseen');
    await addGuest(db, host, two.id, 'seen');
    expect(namesOf(await board.next())).toEqual(['seen waiting']);
  });

  it('is told when the list is deleted', async () => {
    await serve();
    const list = await addList(database.knex, host);
    const board = await connect();
    follow(board, host, list.id);
    await board.next();
    await database.knex.transaction((tx) => deleteWaitlist(tx, host, list.id));
    expect(await board.next()).toEqual({ type: 'gone', waitlistId: list.id });
    expect((await board.closed).code).toBe(liveCloseCodes.gone);
  });

  it('is refused with a bad token, and another’s list as one that is not there', async () => {
    await serve();
    const list = await addList(database.knex, host);
    const stranger = await addHost(database.knex);
    for (const [token, waitlistId, code] of [
      ['forged', list.id, 'unauthorized'],
      [stranger, list.id, 'not_found'],
      [host, '5f0c2a52-9e0d-4d7a-9d3e-2b7b9c1d0a11', 'not_found'],
    ] as const) {
      const board = await connect();
      follow(board, token, waitlistId);
      expect(await board.next()).toMatchObject({ type: 'refused', code });
      expect(await board.closed).toEqual({ code: liveCloseCodes.refused, reason: code });
    }
  });

  it.each([
    ['no JSON', 'follow'],
    ['JSON 100,000 deep', '['.repeat(8_000)],
    ['__proto__', '{"__proto__":{},"type":"follow"}'],
    ['another type', JSON.stringify({ type: 'unfollow' })],
    ['a list that is no id', JSON.stringify({ type: 'follow', accessToken: 'x', waitlistId: 'x' })],
    ['one field more', JSON.stringify({ type: 'follow', accessToken: 'x', waitlistId: host, more: 1 })],
    ['bytes', Buffer.from('{}')],
  ])('is refused for a message that is %s', async (_, message) => {
    await serve();
    const board = await connect();
    board.socket.send(message);
    expect(await board.next()).toMatchObject({ type: 'refused', code: 'invalid_request' });
    expect((await board.closed).code).toBe(liveCloseCodes.refused);
  });

  it('is closed for a message that is too large, or no UTF-8 (RFC 6455 §7.4.1)', async () => {
    await serve();
    const large = await connect();
    large.socket.send('x'.repeat(17 * 1024));
    expect((await large.closed).code).toBe(1009);
    const broken = await connect();
    broken.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect((await broken.closed).code).toBe(1007);
  });

  it('is closed when it does not say in time what it follows', async () => {
    await serve({ followWithinMs: 20 });
    const board = await connect();
    expect((await board.closed).code).toBe(liveCloseCodes.silent);
  });

  it('is dropped when it gives no sign of life, and kept while it does', async () => {
    await serve({ checkEveryMs: 100 });
    const list = await addList(database.knex, host);
    const [silent, lively] = [await connect({ autoPong: false }), await connect()];
    for (const board of [silent, lively]) {
      follow(board, host, list.id);
      await board.next();
    }
    await silent.closed;
    expect(lively.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('ends with its session or token, at the next check', async () => {
    await serve({ checkEveryMs: 50 });
    const list = await addList(database.knex, host);
    const board = await connect();
    follow(board, host, list.id);
    await board.next();
    sessionEnded = true;
    expect(await board.next()).toMatchObject({ type: 'refused', code: 'unauthorized' });
    expect((await board.closed).code).toBe(liveCloseCodes.refused);
  });

  it('sees every change again after the database has cut the connection that announces them', async () => {
    await serve();
    const list = await addList(database.knex, host);
    const board = await connect();
    follow(board, host, list.id);
    await board.next();
    await database.knex.raw(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'banyan-monolith-changes'`,
    );
    await addGuest(database.knex, host, list.id, 'while away');
    expect(namesOf(await board.next())).toEqual(['while away waiting']);
    await addGuest(database.knex, host, list.id, 'after');
    expect(namesOf(await board.next())).toEqual(['while away waiting', 'after waiting']);
  });

  it('skips states that a slow board has not taken, and holds one back at most', async () => {
    await serve();
    const db = database.knex;
    const list = await addList(db, host, { name: 'x'.repeat(80) });
    await db.raw(
      `INSERT INTO waitees (id, waitlist_id, name, party_size, note, rank)
       SELECT gen_random_uuid(), ?, repeat('n', 80), 2, repeat('x', 500), n FROM generate_series(1, 1000) n`,
      [list.id],
    );
    const [slow, quick] = [await connect(), await connect()];
    for (const board of [slow, quick]) {
      follow(board, host, list.id);
      await board.next();
    }
    slow.socket.pause();
    for (let turn = 1; turn <= 25; turn += 1) {
      await db.transaction((tx) => deleteOldest(tx, list.id));
      while (namesOf(await quick.next()).length !== 1_000 - turn);
    }
    slow.socket.resume();
    let last: LiveMessage | undefined;
    while (last === undefined || namesOf(last).length > 975) last = await slow.next();
    expect(slow.messages.length).toBeLessThan(quick.messages.length);
  });

  it('is told 1001 at a drain, after which no board is taken', async () => {
    await serve();
    const list = await addList(database.knex, host);
    const board = await connect();
    follow(board, host, list.id);
    await board.next();
    await server.live.drain();
    expect((await board.closed).code).toBe(1001);
    expect(await bareUpgrade(server.port, '/api/live')).toMatch(/^HTTP\/1\.1 503 .*"code":"unavailable"/s);
  });

  it('drains in bounded time though a peer does not answer', async () => {
    await serve();
    const board = await connect();
    board.socket.pause();
    await server.live.drain();
    board.socket.resume();
    await board.closed;
  });
});

async function deleteOldest(tx: Parameters<typeof deleteWaitlist>[0], waitlistId: string): Promise<void> {
  await tx.raw(
    `DELETE FROM waitees WHERE id = (SELECT id FROM waitees WHERE waitlist_id = ? ORDER BY rank LIMIT 1)`,
    [waitlistId],
  );
  await announceChange(tx, waitlistId);
}

describe('upgrades', () => {
  it.each(['/', '/api/live/x', '/api/lively', '/api/waitlists', '//api/live', '/api/live%00'])(
    'to WebSocket at %s get a plain 404',
    async (target) => {
      await serve();
      expect(await bareUpgrade(server.port, target)).toMatch(
        /^HTTP\/1\.1 404 Not Found\r\n.*"code":"not_found"/s,
      );
    },
  );

  it('to anything else are answered as if they had not been asked for', async () => {
    await serve();
    expect(await bareUpgrade(server.port, '/', 'h2c')).toMatch(/^HTTP\/1\.1 200 OK.*plain/s);
  });
});
