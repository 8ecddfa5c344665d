import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { killGateways, type ListeningGateway, listeningGateway } from '../testing/gateway-process.ts';
import { startTcpLink, type TcpLink } from '../testing/tcp-link.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { until } from '../testing/until.ts';
import { stateForLog } from './cutover.ts';
import { request, rollout } from './cutover-store.suite.ts';
import type { CutoverStore } from './cutover-store.ts';
import { createPostgresStore } from './postgres/postgres-store.ts';

const plan = `
default: http://127.0.0.1:9
capabilities:
  auth: { routes: [GET /me], service: http://127.0.0.1:9 }
`;

describe('cutovers of gateway processes', () => {
  let database: TestDatabase;
  let operator: CutoverStore;
  let link: TcpLink;
  let env: { readonly BANYAN_DATA_DIR: string; readonly CUTOVER_DATABASE_URL: string };

  beforeEach(async () => {
    database = await createTestDatabase();
    operator = createPostgresStore({ url: database.url });
    const url = new URL(database.url);
    link = await startTcpLink({ host: url.hostname, port: Number(url.port) });
    url.host = `127.0.0.1:${link.port}`;
    const BANYAN_DATA_DIR = mkdtempSync(join(tmpdir(), 'banyan-cutovers-'));
    env = { BANYAN_DATA_DIR, CUTOVER_DATABASE_URL: url.href };
  });
  afterEach(async () => {
    killGateways();
    await operator.close();
    await link.close();
    await database.drop();
  });

  async function figure(gateway: ListeningGateway, name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${gateway.opsPort}/metrics`)).text();
    const line = text.split('\n').find((it) => it.startsWith(`${name} `));
    return Number(line?.slice(name.length));
  }

  function linesOf(gateway: ListeningGateway, msg: string) {
    const lines = gateway.output.split('\n').filter((it) => it.includes(`"msg":"${msg}"`));
    return lines.map((it) => JSON.parse(it));
  }

  const version = (gateway: ListeningGateway) => figure(gateway, 'banyan_cutover_version{capability="auth"}');
  const storeUp = (gateway: ListeningGateway) => figure(gateway, 'banyan_cutover_store_up');

  it('follow one database, outlive it, and start without it from where they were', async () => {
    await operator.change(request(rollout(10), 0));
    const [one, two] = await Promise.all([listeningGateway(plan, env), listeningGateway(plan, env)]);
    for (const gateway of [one, two]) {
      // Before it listens, not soon after.
      expect(await version(gateway)).toBe(1);
      expect(await storeUp(gateway)).toBe(1);
    }
    await operator.change(request(rollout(20), 1, { by: 'ada', why: 'second tenth' }));
    for (const gateway of [one, two])
      await until('it is in force', async () => (await version(gateway)) === 2);

    await link.refuse();
    for (const gateway of [one, two])
      await until('the loss is told', async () => (await storeUp(gateway)) === 0);
    expect(await version(one)).toBe(2);
    one.child.kill('SIGKILL');
    await one.exited;
    const three = await listeningGateway(plan, env);
    expect(await version(three)).toBe(2);
    expect(await storeUp(three)).toBe(0);

    await operator.change(request(rollout(30), 2));
    await link.restore();
    for (const gateway of [two, three]) {
      await until('it is up again', async () => (await storeUp(gateway)) === 1);
      expect(await version(gateway)).toBe(3);
    }
    two.child.kill('SIGTERM');
    expect(await two.exited).toBe(0);
    // The first is where it began: by the store, or by what the other had saved already.
    const changes = linesOf(two, 'traffic changed').slice(-2);
    expect(changes.map(({ capability, by, why, from, to }) => [capability, by, why, from, to])).toEqual([
      ['auth', 'ada', 'second tenth', stateForLog(rollout(10)), stateForLog(rollout(20))],
      ['auth', 'ada', 'a try', stateForLog(rollout(20)), stateForLog(rollout(30))],
    ]);
    expect(linesOf(three, 'begins with the saved cutover')).toEqual([
      expect.objectContaining({ capability: 'auth', ...stateForLog(rollout(20)), version: 2, by: 'ada' }),
    ]);
  });

  it('start within bounds while their database hangs, and drain too', async () => {
    link.hang();
    const gateway = await listeningGateway(plan, env);
    expect(await storeUp(gateway)).toBe(0);
    expect(await version(gateway)).toBe(0);
    gateway.child.kill('SIGTERM');
    expect(await gateway.exited).toBe(0);
  });

  it('leave nothing on the disk as long as nothing was moved', async () => {
    const gateway = await listeningGateway(plan, env);
    gateway.child.kill('SIGTERM');
    expect(await gateway.exited).toBe(0);
    expect(() => readFileSync(join(env.BANYAN_DATA_DIR, 'cutovers.json'))).toThrow('ENOENT');
  });

  it('go on without any store from what was saved', async () => {
    await operator.change(request(rollout(10), 0));
    const before = await listeningGateway(plan, env);
    before.child.kill('SIGTERM');
    await before.exited;
    const after = await listeningGateway(plan, { ...env, CUTOVER_DATABASE_URL: '' });
    expect(await version(after)).toBe(1);
    expect(await storeUp(after)).toBe(1);
  });
});
