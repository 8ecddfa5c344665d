import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Knex } from 'knex';
import { connect } from './connect.ts';
import { createIdleCheck } from './idle-check.ts';

/** Passes connections on to the database, and can forget them without a word, as a firewall does. */
async function startForgetfulProxy() {
  const target = new URL(process.env.TEST_POSTGRES_URL ?? '');
  const sockets = new Set<Socket>();
  const passed: { readonly from: Socket; readonly to: Socket }[] = [];
  const server = createServer((from) => {
    const to = connectSocket(Number(target.port), target.hostname);
    from.pipe(to);
    to.pipe(from);
    for (const socket of [from, to]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    passed.push({ from, to });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const url = new URL(target);
  url.host = `127.0.0.1:${address.port}`;
  return {
    url: url.href,
    connections: () => passed.length,
    /** Nothing comes through on those that are open, either way; new ones are as good as ever. */
    forget() {
      for (const { from, to } of passed) {
        from.unpipe(to);
        to.unpipe(from);
        from.resume();
        to.resume();
      }
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a connection that idled', () => {
  let proxy: Awaited<ReturnType<typeof startForgetfulProxy>>;
  let db: Knex;
  let nowMs: number;
  beforeEach(async () => {
    nowMs = 1_000_000;
    proxy = await startForgetfulProxy();
    db = connect({
      url: proxy.url,
      applicationName: 'test',
      poolSize: 3,
      check: createIdleCheck({ idleMs: 1_000, answersWithinMs: 300, nowMs: () => nowMs }),
    });
  });
  afterEach(async () => {
    await proxy.stop();
    await db.destroy();
  });

  const three = () => Promise.all([1, 2, 3].map((n) => db.raw('SELECT pg_sleep(0.05), ?::int AS n', [n])));
  const pid = async () => (await db.raw('SELECT pg_backend_pid() AS pid')).rows[0].pid;

  it('is used again while it answers', async () => {
    const first = await pid();
    nowMs += 60_000;
    expect(await pid()).toBe(first);
    expect(proxy.connections()).toBe(1);
  });

  it('and was forgotten by a firewall fails no request: another one is made', async () => {
    await three();
    expect(proxy.connections()).toBe(3);
    proxy.forget();
    nowMs += 60_000;
    const answers = await three();
    expect(answers.map(({ rows }) => rows[0].n)).toEqual([1, 2, 3]);
    expect(proxy.connections()).toBe(6);
  });

  it('is not asked before each query', async () => {
    const first = await pid();
    proxy.forget();
    nowMs += 500;
    // It is trusted for so long, so that this one finds out by itself.
    await expect(db.raw('SELECT 1').timeout(200)).rejects.toThrow();
    nowMs += 60_000;
    expect(await pid()).not.toBe(first);
  });
});
