import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { collectNews } from '../../testing/collect-listener.ts';
import { startTcpLink, type TcpLink } from '../../testing/tcp-link.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { until } from '../../testing/until.ts';
import { describeCutoverStore, request, rollout } from '../cutover-store.suite.ts';
import type { CutoverListener, CutoverStore, Following } from '../cutover-store.ts';
import { createPostgresStore } from './postgres-store.ts';

describeCutoverStore('postgres', { takesChanges: true, damageable: true }, async () => {
  const database = await createTestDatabase();
  const operator = createPostgresStore({ url: database.url });
  return {
    open: async () => createPostgresStore({ url: database.url }),
    async put(capability, state) {
      const expectedVersion = (await operator.read()).get(capability)?.version ?? 0;
      const result = await operator.change(request(state, expectedVersion, { capability }));
      expect(result).toMatchObject({ ok: true });
    },
    // As a newer gateway would.
    async damage(capability) {
      await database.query(
        `UPDATE gateway.cutovers SET stage = 'canary', version = version + 1 WHERE capability = $1`,
        [capability],
      );
    },
    async close() {
      await operator.close();
      await database.drop();
    },
  };
});

describe('postgres store', () => {
  let database: TestDatabase;
  let stores: CutoverStore[];
  let clients: pg.Client[];
  const followings: Following[] = [];
  let link: TcpLink | undefined;

  function open(url = database.url): CutoverStore {
    const store = createPostgresStore({ url });
    stores.push(store);
    return store;
  }

  /** Closed after the test, however that ends. */
  async function follow(store: CutoverStore, listener: CutoverListener): Promise<Following> {
    const following = await store.follow(listener);
    followings.push(following);
    return following;
  }

  /** Ended after the test, however that ends. */
  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: database.url });
    clients.push(client);
    await client.connect();
    return client;
  }

  async function linked(): Promise<string> {
    const url = new URL(database.url);
    link = await startTcpLink({ host: url.hostname, port: Number(url.port) });
    url.host = `127.0.0.1:${link.port}`;
    return url.href;
  }

  beforeEach(async () => {
    stores = [];
    clients = [];
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const following of followings.splice(0)) await following.close();
    for (const store of stores) await store.close();
    for (const client of clients) await client.end();
    await link?.close();
    link = undefined;
    await database.drop();
  });

  it('makes its schema once, however many gateways start at once', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => open().read()));
    expect(all.map((it) => it.size)).toEqual([0, 0, 0, 0, 0, 0]);
    const { rows } = await database.query('SELECT name FROM gateway.migrations');
    expect(rows).toEqual([{ name: '0001-cutovers' }]);
  });

  it('works as a role that owns schema gateway and may do nothing else', async () => {
    const role = `gateway_${Date.now()}`;
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    try {
      await database.query(`CREATE SCHEMA gateway AUTHORIZATION ${role}`);
      const url = new URL(database.url);
      url.username = role;
      url.password = 'secret';
      const store = open(url.href);
      const news = collectNews();
      const following = await follow(store, news);
      await until('it is told', () => news.count('changed') === 1);
      expect(await store.change(request(rollout(1), 0))).toMatchObject({ ok: true });
      await until('the change is told', () => news.of('auth').version === 1);
      expect(news.count('lost')).toBe(0);
      await following.close();
    } finally {
      await Promise.all(stores.splice(0).map((it) => it.close()));
      await database.query(`DROP OWNED BY ${role}`);
      await database.query(`DROP ROLE ${role}`);
    }
  });

  it('reads and changes what a newer gateway wrote, and records it as it was', async () => {
    const store = open();
    await store.change(request(rollout(10), 0));
    await database.query(`UPDATE gateway.cutovers SET stage = 'canary', version = 2`);
    expect((await store.read()).get('auth')).toMatchObject({
      ...{ version: 2, unreadable: expect.stringContaining('stage') },
    });
    expect(await store.change(request(rollout(0), 2))).toMatchObject({
      ok: true,
      change: { from: { stage: 'canary', rolloutPercent: 10 }, to: rollout(0), version: 3 },
    });
    await database.query('ALTER TABLE gateway.cutovers DROP CONSTRAINT percent');
    await database.query('UPDATE gateway.cutovers SET rollout_percent = 120');
    expect((await store.read()).get('auth')?.unreadable).toMatch(/rolloutPercent/);
  });

  it('tells of changes by their notifications, not by looking again', async () => {
    const store = createPostgresStore({ url: database.url, pollEveryMs: 3_600_000 });
    stores.push(store);
    const news = collectNews();
    const following = await follow(store, news);
    await until('it is told', () => news.count('changed') === 1);
    const operator = open();
    for (const version of [1, 2, 3]) {
      await operator.change(request(rollout(version), version - 1));
      await until('the change is told', () => news.of('auth').version === version);
    }
    await following.close();
  });

  it('notifies of each change that was made, and of none that was not', async () => {
    const store = open();
    await store.read();
    const listener = await connect();
    const heard: string[] = [];
    listener.on('notification', ({ channel }) => void heard.push(channel));
    await listener.query('LISTEN gateway_cutovers');
    await store.change(request(rollout(1), 0));
    await store.change(request(rollout(1), 0));
    await store.change(request(rollout(2), 1));
    await until('both are heard', () => heard.length === 2);
    await listener.query('SELECT 1');
    expect(heard).toEqual(['gateway_cutovers', 'gateway_cutovers']);
  });

  it('notices what was written behind its back, without a notification', async () => {
    const store = open();
    await store.change(request(rollout(10), 0));
    const news = collectNews();
    const following = await follow(store, news);
    await until('it is told', () => news.of('auth').version === 1);
    await database.query('UPDATE gateway.cutovers SET rollout_percent = 11');
    await until('the write is told', () => news.of('auth').rolloutPercent === 11);
    await database.query('DELETE FROM gateway.cutovers');
    await until('the deletion is told', () => news.of('auth').version === 0);
    await following.close();
  });

  it('listens again after its backend was killed, and misses nothing of the time between', async () => {
    const store = open();
    const news = collectNews();
    const following = await follow(store, news);
    await until('it is told', () => news.count('changed') === 1);
    for (let kill = 1; kill <= 3; kill += 1) {
      const { rowCount } = await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'banyan-gateway-follow' AND datname = current_database()`,
      );
      expect(rowCount).toBe(1);
      await store.change(request(rollout(kill), kill - 1));
      await until('the loss is told', () => news.count('lost') === kill);
      await until('it is back', () => news.count('back') === kill);
      // Told on the return, or by its notification if the return was faster than the change.
      await until('the change is told', () => news.of('auth').version === kill);
      expect(news.of('auth')).toMatchObject(rollout(kill));
    }
    await store.change(request(rollout(50), 3));
    await until('the next change is told', () => news.of('auth').version === 4);
    await following.close();
  });

  it('goes on after all its connections were killed between two uses', async () => {
    const store = open();
    await store.change(request(rollout(1), 0));
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await until('it reads', async () => (await store.read().catch(() => new Map())).size === 1);
    expect(await store.change(request(rollout(2), 1))).toMatchObject({ ok: true });
  });

  it('makes its schema anew when somebody took it away', async () => {
    const store = open();
    await store.change(request(rollout(1), 0));
    const news = collectNews();
    const following = await follow(store, news);
    await until('it is told', () => news.of('auth').version === 1);
    await database.query('DROP SCHEMA gateway CASCADE');
    await until('the loss is told', () => news.count('lost') > 0);
    await until('it is back', () => news.count('back') === 1);
    expect(news.of('auth').version).toBe(0);
    await until(
      'it changes',
      async () => (await store.change(request(rollout(1), 0)).catch(() => ({ ok: false }))).ok,
    );
    await following.close();
  });

  it('tells of a server that is down from the start, and of its coming', async () => {
    const url = await linked();
    await link?.refuse();
    const store = open(url);
    const news = collectNews();
    const following = await follow(store, news);
    await until('some attempts', () => news.count('lost') >= 3);
    await expect(store.read()).rejects.toThrow();
    expect(news.count('changed')).toBe(0);
    await link?.restore();
    await until('it is back', () => news.count('back') === 1);
    expect(await store.change(request(rollout(1), 0))).toMatchObject({ ok: true });
    await until('the change is told', () => news.of('auth').version === 1);
    await following.close();
  });

  it('waits for a server that hangs no longer than its limits', async () => {
    const url = await linked();
    const store = open(url);
    await store.change(request(rollout(1), 0));
    const news = collectNews();
    const following = await follow(store, news);
    await until('it is told', () => news.of('auth').version === 1);
    link?.hang();
    await expect(store.read()).rejects.toThrow(/timeout|terminated/);
    await expect(store.change(request(rollout(2), 1))).rejects.toThrow(/timeout|terminated/);
    await until('the loss is told', () => news.count('lost') > 0);
    await open(database.url).change(request(rollout(3), 1));
    await link?.restore();
    await until('it is back', () => news.of('auth').version === 2);
    await following.close();
  });

  it('closes while its server hangs', async () => {
    const url = await linked();
    link?.hang();
    const store = open(url);
    const news = collectNews();
    const following = await follow(store, news);
    const reading = store.read().catch((error: Error) => error);
    await following.close();
    await store.close();
    expect(news.news).toEqual([]);
    expect(await reading).toBeInstanceOf(Error);
  });

  it('comes through a server that flaps, and never tells of an older state than before', async () => {
    const url = await linked();
    const store = open(url);
    const operator = open();
    const news = collectNews();
    const following = await follow(store, news);
    for (let version = 0; version < 6; version += 1) {
      await operator.change(request(rollout(version), version));
      await until('it is told', () => news.of('auth').version === version + 1);
      await link?.refuse();
      await link?.restore();
    }
    const versions = news.news.flatMap((it) =>
      it !== 'back' && 'changed' in it ? [it.changed.get('auth')?.version ?? 0] : [],
    );
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(news.count('lost')).toBeGreaterThanOrEqual(5);
    await following.close();
  });

  it('holds a lock that somebody else keeps against it for a bounded time', async () => {
    const store = open();
    await store.change(request(rollout(1), 0));
    const other = await connect();
    await other.query('BEGIN; LOCK gateway.cutovers');
    await expect(store.change(request(rollout(2), 1))).rejects.toThrow(/lock timeout/);
    await other.query('ROLLBACK');
    expect(await store.change(request(rollout(2), 1))).toMatchObject({ ok: true, change: { version: 2 } });
  });

  it('tells 200 changes to four gateways, each in order', async () => {
    const operators = [open(), open()];
    const followers = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const news = collectNews();
        const seen: { version: number; at: number }[] = [];
        const changed = (cutovers: Parameters<typeof news.changed>[0]) => {
          news.changed(cutovers);
          seen.push({ version: cutovers.get('auth')?.version ?? 0, at: performance.now() });
        };
        return { news, seen, following: await follow(open(), { ...news, changed }) };
      }),
    );
    for (const { news } of followers) await until('it listens', () => news.count('changed') === 1);
    const madeAt: number[] = [];
    for (let version = 1; version <= 200; version += 1) {
      const result = await operators[version % 2]?.change(
        request(rollout((version % 100) + 0.5), version - 1),
      );
      madeAt[version] = performance.now();
      expect(result).toMatchObject({ ok: true });
    }
    for (const { news } of followers) await until('all is told', () => news.of('auth').version === 200);

    const latencies: number[] = [];
    for (const { seen, news } of followers) {
      const versions = seen.map(({ version }) => version);
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
      expect(news.count('lost')).toBe(0);
      for (let version = 1; version <= 200; version += 1) {
        const reached = seen.find((it) => it.version >= version)?.at ?? Number.NaN;
        latencies.push(Math.max(0, reached - (madeAt[version] ?? 0)));
      }
    }
    expect(latencies.every(Number.isFinite)).toBe(true);
    latencies.sort((a, b) => a - b);
    const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))]?.toFixed(1);
    process.stdout.write(
      `200 changes, 4 followers, from commit's answer to news: median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms\n`,
    );
    for (const { following } of followers) await following.close();
  });
});
