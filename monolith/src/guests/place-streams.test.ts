import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog } from '@banyan/serving';
import { until } from '@banyan/serving/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { addGuest, addHost, addList } from '../waitlists/testing.ts';
import { createPlaceStreams, type PlaceStreams } from './place-streams.ts';
import { readEvents } from './testing.ts';

let database: TestDatabase;
let host: string;
let server: Server;
let streams: PlaceStreams;
let url: string;
let subscribers: number;

beforeAll(async () => {
  database = await createTestDatabase();
  host = await addHost(database.knex);
});
afterAll(() => database.drop());

beforeEach(async () => {
  subscribers = 0;
  const feed = {
    subscribe() {
      subscribers += 1;
      return () => {
        subscribers -= 1;
      };
    },
    start: () => undefined,
    stop: async () => undefined,
  };
  streams = createPlaceStreams({ db: database.knex, feed, log: createLog('test', 'silent') });
  const app = express();
  app.get('/:waitlistId/:waiteeId', ({ params }, response) => streams.open(response, params));
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const list = await addList(database.knex, host);
  const guest = await addGuest(database.knex, host, list.id, 'Ada');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${list.id}/${guest.id}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('streams of places', () => {
  it('leave nothing behind when their readers go away', async () => {
    const readers = await Promise.all(Array.from({ length: 20 }, () => readEvents(url)));
    await Promise.all(readers.map((reader) => reader.next()));
    expect(subscribers).toBe(1);
    for (const reader of readers) reader.abort();
    await until(() => subscribers === 0);
  });

  it('end in order at a drain, and are not begun after it', async () => {
    const reader = await readEvents(url);
    expect(await reader.next()).toMatchObject({ event: 'place' });
    streams.drain();
    expect(await reader.next()).toBeUndefined();
    await until(() => subscribers === 0);
    const late = await readEvents(url);
    expect(await late.next()).toBeUndefined();
  });

  it('have headers alone for HEAD', async () => {
    const response = await fetch(url, { method: 'HEAD' });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(await response.text()).toBe('');
    expect(subscribers).toBe(0);
  });
});
