import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeLater } from '../../testing/in-front-of.ts';
import { type RunningOps, startOps } from '../../testing/start-ops.ts';
import { startTcpLink, type TcpLink } from '../../testing/tcp-link.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { until } from '../../testing/until.ts';

const why = 'a test';
let database: TestDatabase | undefined;

afterEach(async () => {
  await database?.drop();
  database = undefined;
});

const rollout = (ops: RunningOps, percent: number) =>
  ops.ask('/api/capabilities/images/rollout', { percent, why });

const percentOf = async (ops: RunningOps) =>
  (await ops.ask('/api/status')).body.capabilities.find((it: { name: string }) => it.name === 'images')
    .rolloutPercent;

describe('several gateways on one database', () => {
  it('tell the same, whichever is asked, and keep one audit log', async () => {
    database = await createTestDatabase();
    const config = { cutovers: { databaseUrl: database.url } };
    const one = await startOps(config);
    const other = await startOps(config);
    closeLater(one, other);
    expect((await rollout(one, 10)).status).toBe(200);
    await until('the other knows', async () => (await percentOf(other)) === 10);
    // Both at once, from both: each is made, one after the other.
    const answers = await Promise.all([
      rollout(one, 20),
      rollout(other, 30),
      rollout(one, 40),
      rollout(other, 50),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { changes } = (await one.ask('/api/changes?capability=images')).body;
    expect((await other.ask('/api/changes')).body.changes).toEqual(changes);
    expect(changes.map(({ version }: { version: number }) => version)).toEqual([5, 4, 3, 2, 1]);
    for (const [i, change] of changes.slice(0, -1).entries()) expect(change.from).toEqual(changes[i + 1].to);
    const [latest] = changes;
    const reverted = await other.ask(`/api/changes/${latest.id}/revert`, { why, force: true });
    expect(reverted.body.change).toMatchObject({ kind: 'revert', reverts: latest.id, to: changes[1].to });
    expect((await other.run('rollback', 'images', '--why', why)).out).toMatch(
      /^images: rollout \d+ % → legacy/,
    );
    expect((await one.run('history', 'images', '--limit', '1')).out).toContain('→ legacy');
    expect((await one.ask('/api/changes/no-number')).status).toBe(404);
    expect((await one.ask('/api/changes/99999999999999999999')).status).toBe(404);
    expect((await one.ask('/api/changes?before=no-number')).status).toBe(200);
  });

  it('take each other’s overrides where they share a data folder', async () => {
    const one = await startOps();
    const other = await startOps({ dataDir: one.gateway.dataDir });
    closeLater(one, other);
    for (const it of [one, other]) await it.ask('/api/capabilities/images/rollout', { percent: 0, why });
    await other.ask('/api/capabilities/images/stage', { stage: 'rollout', why });
    const { body } = await one.ask('/api/capabilities/images/override', { side: 'service', forSeconds: 60 });
    const answered = await fetch(`${other.gateway.url}/api/images/1`, {
      headers: { [body.header]: body.value },
    });
    expect(await answered.text()).toBe('from the service');
  });
});

describe('a store that is down', () => {
  let link: TcpLink;

  async function startDown(): Promise<RunningOps> {
    database = await createTestDatabase();
    const url = new URL(database.url);
    link = await startTcpLink({ host: url.hostname, port: Number(url.port) });
    url.host = `127.0.0.1:${link.port}`;
    const ops = await startOps({ cutovers: { databaseUrl: url.href } });
    closeLater(link, ops);
    expect((await rollout(ops, 10)).status).toBe(200);
    await until('it is in force', async () => (await percentOf(ops)) === 10);
    await link.refuse();
    await until('it is known to be down', async () => !(await ops.ask('/api/status')).body.store.up);
    return ops;
  }

  it('refuses changes in one line and serves on by what it said last; status answers; it recovers by itself', async () => {
    const ops = await startDown();
    const refused = await rollout(ops, 20);
    expect([refused.status, refused.body.error.code]).toEqual([503, 'store-unavailable']);
    expect(refused.body.error.message).not.toMatch(/ECONN|127\.0\.0\.1|postgres:/);
    expect((await ops.ask('/api/capabilities/images/rollback', { why })).status).toBe(503);
    expect((await ops.ask('/api/rollback', { why })).status).toBe(503);
    expect((await ops.ask('/api/changes')).status).toBe(503);
    expect(await percentOf(ops)).toBe(10);
    const command = await ops.run('rollout', 'images', '20', '--why', why);
    expect([command.code, command.out]).toEqual([1, '']);
    expect(command.err).toMatch(/^banyan: The cutover store does not answer.*\n$/);
    expect((await ops.run('status')).out).toContain('the postgres store is down');
    const doctor = await ops.ask('/api/doctor');
    expect(doctor.body.healthy).toBe(false);
    expect(doctor.body.checks).toContainEqual(
      expect.objectContaining({ name: 'postgres store', verdict: 'fail', detail: 'does not answer' }),
    );
    await link.restore();
    await until('it is back', async () => (await ops.ask('/api/status')).body.store.up);
    expect((await rollout(ops, 20)).status).toBe(200);
  });
});

describe('a store that is read-only', () => {
  it('says where changes are made instead', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'banyan-flags-')), 'flags.json');
    const on = { stage: 'rollout', rolloutPercent: 10, allow: [], deny: [] };
    const flag = { state: 'ENABLED', variants: { on }, defaultVariant: 'on' };
    writeFileSync(path, JSON.stringify({ flags: { 'banyan-cutover-images': flag } }));
    const ops = await startOps({ cutovers: { flags: { kind: 'flagd-file', path } } });
    closeLater(ops);
    // A start waits for its store, but not for ever.
    await until('the flag has been read', async () => (await percentOf(ops)) === 10);
    for (const answer of [
      await rollout(ops, 20),
      await ops.ask('/api/capabilities/images/rollback', { why }),
      await ops.ask('/api/capabilities/images/allow', { keys: ['a'], why }),
    ]) {
      expect([answer.status, answer.body.error.code]).toEqual([409, 'read-only']);
      expect(answer.body.error.message).toContain(path);
    }
    const all = await ops.ask('/api/rollback', { why });
    expect([all.status, all.body.failed]).toEqual([
      200,
      [{ capability: 'images', message: expect.stringContaining(path) }],
    ]);
    expect(await ops.run('rollback', '--all', '--why', why)).toMatchObject({ code: 1 });
  });
});
