import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '@banyan/serving';
import { until } from '@banyan/serving/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createListener, type Listener } from '../../database/listener.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { announceChange } from './announce-change.ts';
import { type ChangeFeed, createChangeFeed } from './change-feed.ts';

const list = '5f0c2a52-9e0d-4d7a-9d3e-2b7b9c1d0a11';
const other = '5f0c2a52-9e0d-4d7a-9d3e-2b7b9c1d0a12';

let database: TestDatabase;
let listener: Listener;
let feed: ChangeFeed;
let heard: string[];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  heard = [];
  listener = createListener({ databaseUrl: database.url, log: createLog('test', 'silent') });
  feed = createChangeFeed(listener);
  feed.subscribe(list, () => heard.push('list'));
  feed.subscribe(other, () => heard.push('other'));
  listener.start();
  // Everything may have changed before it listened, and it says so.
  await until(() => heard.length === 2);
  heard.length = 0;
});
afterEach(() => listener.stop());

function announce(waitlistId: string): Promise<void> {
  return database.knex.transaction((tx) => announceChange(tx, waitlistId));
}

async function listeners(): Promise<number[]> {
  return await database
    .knex('pg_stat_activity')
    .whereRaw("datname = current_database() AND application_name = 'banyan-monolith-changes'")
    .pluck('pid');
}

describe('change feed', () => {
  it('tells of a committed change of the list that it is about, and of no other', async () => {
    await announce(list.toUpperCase());
    await until(() => heard.length === 1);
    expect(heard).toEqual(['list']);
  });

  it('tells nothing of a change that was rolled back', async () => {
    const crash = database.knex.transaction(async (tx) => {
      await announceChange(tx, other);
      throw new Error('no');
    });
    await expect(crash).rejects.toThrow('no');
    await announce(list);
    await until(() => heard.length > 0);
    expect(heard).toEqual(['list']);
  });

  it('needs one connection, however many follow', async () => {
    for (let index = 0; index < 50; index += 1) feed.subscribe(list, () => undefined);
    expect(await listeners()).toHaveLength(1);
  });

  it('comes back when its connection is killed, and tells everyone that they may have missed something', async () => {
    for (let round = 0; round < 3; round += 1) {
      const [pid] = await listeners();
      await database.knex.raw('SELECT pg_terminate_backend(?)', [pid ?? 0]);
      await until(() => heard.includes('list') && heard.includes('other'));
      const [next] = await listeners();
      expect(next).not.toBe(pid);
      heard.length = 0;
      await announce(list);
      await until(() => heard.length === 1);
      heard.length = 0;
    }
  });

  it('lets go of its connection when stopped, and tells nothing more', async () => {
    await listener.stop();
    await announce(list);
    await until(async () => (await listeners()).length === 0);
    expect(heard).toEqual([]);
  });

  it('stops while the database cannot be reached', async () => {
    const lost = createListener({
      databaseUrl: 'postgres://127.0.0.1:1/none',
      log: createLog('test', 'silent'),
    });
    lost.start();
    await sleep(0);
    await lost.stop();
  });
});
