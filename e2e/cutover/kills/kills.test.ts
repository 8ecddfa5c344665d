import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readRunConfig } from '../../run-config.ts';
import type { OpsClient } from '../../stack/ops-client.ts';
import { type Gateway, startGateway } from '../../stack/start-gateway.ts';
import { startWhole, type Whole } from '../../stack/start-whole.ts';
import { waitUntil } from '../../stack/wait-until.ts';
import { describeCounts } from '../distribution.ts';
import { createSeeded } from '../seeded.ts';
import { environmentsOf } from './lambda-host.ts';
import { answersOk, isAlive, killNow, statusOf, takesQueries } from './processes.ts';
import { type Seen, type WatchedClients, watchClients } from './watch-clients.ts';

const { seed, long } = readRunConfig('CUTOVER', process.env);
const rounds = long ? 5 : 1;
const authFunction = 'auth';

describe('kills under load, with auth live on the service', () => {
  let whole: Whole;
  let second: Gateway;
  let ops: OpsClient;
  let clients: WatchedClients;

  beforeAll(async () => {
    whole = await startWhole({ ownPostgres: true });
    const { default: upstream, ...plan } = JSON.parse(await readFile(whole.planFile, 'utf8'));
    second = await startGateway({
      upstream,
      plan,
      environment: { CUTOVER_DATABASE_URL: whole.databaseUrl },
    });
    ops = await whole.ops();
    const seeded = createSeeded(seed);
    clients = await watchClients({
      urls: [whole.gatewayUrl, second.url],
      readers: 4,
      writers: 3,
      seeded,
    });
    expect(await ops.stage('auth', 'live')).toMatchObject({ ok: true });
    await someWrites();
  }, 90_000);
  afterAll(async () => {
    await clients?.stop();
    await second?.stop();
    await whole?.stop();
  }, 60_000);

  /** Every client has come through once more. */
  async function someWrites(): Promise<readonly Seen[]> {
    const seen: Seen[] = [];
    const from = performance.now();
    const fresh = () =>
      seen.filter(({ kind, what, startedAt }) => kind === 'write' && what === '200' && startedAt > from);
    await waitUntil(
      'clients write again',
      () => {
        seen.push(...clients.take());
        return fresh().length >= 10;
      },
      30_000,
    );
    return seen;
  }

  /** Kills, waits until all is well again, and says what clients saw meanwhile. */
  async function watchKill(
    what: string,
    kill: () => Promise<number>,
    recovered: () => Promise<boolean>,
  ): Promise<readonly Seen[]> {
    const all: Seen[] = [];
    for (let round = 0; round < rounds; round += 1) {
      all.push(...clients.take());
      const from = performance.now();
      const pid = await kill();
      await waitUntil(`the process ${pid} is gone`, () => !isAlive(pid));
      await waitUntil(`${what} is back`, recovered, 30_000);
      const backMs = performance.now() - from;
      const seen = await someWrites();
      all.push(...seen);
      const say = (kind: Seen['kind']) => {
        const of = seen.filter((one) => one.kind === kind);
        const failing = of.filter((one) => one.what !== '200').map(({ endedAt }) => endedAt - from);
        const until =
          failing.length === 0 ? '' : `, the last failure after ${Math.max(...failing).toFixed(0)} ms`;
        return `${kind}s ${describeCounts(of.map((one) => one.what))}${until}`;
      };
      process.stdout.write(
        `kills (seed ${seed}): ${what}: back after ${backMs.toFixed(0)} ms; ${say('read')}; ${say('write')}\n`,
      );
    }
    return all;
  }

  const failed = (seen: readonly Seen[], kind: Seen['kind'], ...passing: string[]) =>
    seen
      .filter((one) => one.kind === kind && !['200', ...passing].some((known) => one.what.startsWith(known)))
      .map(({ what }) => what);

  /** Those that work on a request: what is idle would be missed by nobody. */
  async function busyEnvironments(): Promise<readonly number[]> {
    const environments = await environmentsOf(whole.serviceUrl, authFunction);
    return environments.filter(({ state }) => state === 'busy').map(({ pid }) => pid);
  }

  it('a Lambda environment: the next request gets another one, and no read fails', async () => {
    const seen = await watchKill(
      'five Lambda environments at work, one after another',
      async () => {
        let last = 0;
        for (let killed = 0; killed < 5; killed += 1) {
          await waitUntil('an environment is at work', async () => {
            const [pid] = await busyEnvironments();
            if (pid === undefined || pid === last) return false;
            last = await killNow(pid);
            return true;
          });
        }
        return last;
      },
      async () => (await environmentsOf(whole.serviceUrl, authFunction)).length > 0,
    );
    expect(failed(seen, 'read')).toEqual([]);
    expect(failed(seen, 'write', '500', '502', '503')).toEqual([]);
  }, 60_000);

  it('the whole Lambda host: it comes back by itself, and no read fails', async () => {
    const seen = await watchKill(
      'the Lambda host',
      async () => killNow(whole.pids().lambdaHost),
      () => answersOk(`${whole.serviceUrl}/services/auth/readyz`),
    );
    expect(failed(seen, 'read')).toEqual([]);
    expect(failed(seen, 'write', '502', '503')).toEqual([]);
  }, 60_000);

  it('one of two gateways: the other goes on, and the one that comes back knows where auth is', async () => {
    const seen = await watchKill(
      'a gateway',
      async () => killNow(whole.pids().gateway),
      async () => {
        const url = new URL('/api/auth/me', whole.gatewayUrl);
        return (await statusOf(url.href)) === 401 && (await ops.status()).store.up;
      },
    );
    expect(failed(seen, 'read')).toEqual([]);
    expect(failed(seen, 'write', 'no connection')).toEqual([]);
    expect(await ops.capability('auth')).toMatchObject({ stage: 'live' });
  }, 60_000);

  it('PostgreSQL: answers are 503 while it is away, no good token is called invalid, and all comes back', async () => {
    let upAt = 0;
    const seen = await watchKill(
      'PostgreSQL',
      async () => killNow(whole.pids().postgres),
      async () => {
        if (!(await takesQueries(whole.databaseUrl))) return false;
        upAt = performance.now();
        return (await answersOk(`${whole.serviceUrl}/services/auth/readyz`)) && (await ops.status()).store.up;
      },
    );
    expect(failed(seen, 'read', '503')).toEqual([]);
    expect(failed(seen, 'write', '503')).toEqual([]);
    expect(seen.filter(({ what }) => what === '503').length).toBeGreaterThan(0);
    const late = seen.filter(({ what, startedAt }) => what === '503' && startedAt > upAt);
    process.stdout.write(
      `kills (seed ${seed}): PostgreSQL: ${late.length} answers of 503 after all was well again\n`,
    );

    // The store follows on: a change reaches both gateways again.
    const change = await ops.rollout('auth', 50);
    expect(change).toMatchObject({ ok: true });
    const other = await second.ops();
    await waitUntil('the other gateway follows', async () => {
      const { rolloutPercent } = await other.capability('auth');
      return rolloutPercent === 50;
    });
    expect(await ops.stage('auth', 'live')).toMatchObject({ ok: true });
  }, 60_000);

  it('after all of it, every acknowledged write is there, and every token still good', async () => {
    await clients.stop();
    expect(new Set(await clients.readAll())).toEqual(new Set(['200']));
  });
});
