import { beforeEach, describe, expect, it } from '@jest/globals';
import { closeLater } from '../../testing/in-front-of.ts';
import { type RunningOps, startOps, viewerToken } from '../../testing/start-ops.ts';
import { changeAnswer } from '../api/schemas.ts';

let ops: RunningOps;

beforeEach(async () => {
  ops = await startOps();
  closeLater(ops);
});

const why = 'a test';

async function cutoverOf(name: string) {
  const { body } = await ops.ask('/api/status');
  const { stage, rolloutPercent, version, allow, deny } = body.capabilities.find(
    (it: { name: string }) => it.name === name,
  );
  return { stage, rolloutPercent, version, allow, deny };
}

const move = (name: string, to: object, token?: string) =>
  ops.ask(`/api/capabilities/${name}/${'stage' in to ? 'stage' : 'rollout'}`, { why, ...to }, token);

describe('a change', () => {
  it('answers with from and to, and is in force when it does', async () => {
    const { status, body } = await move('auth', { percent: 12.34 });
    expect(status).toBe(200);
    expect(changeAnswer.parse(body).change).toMatchObject({
      ...{ capability: 'auth', version: 1, kind: 'rollout', by: 'olga', why, forced: false },
      from: { stage: 'legacy', rolloutPercent: 0 },
      to: { stage: 'rollout', rolloutPercent: 12.34 },
    });
    expect(await cutoverOf('auth')).toMatchObject({ stage: 'rollout', rolloutPercent: 12.34, version: 1 });
    await move('auth', { percent: 100 });
    expect(await (await fetch(`${ops.gateway.url}/api/auth/me`)).text()).toBe('from the service');
  });

  it('to where all is already changes nothing, and says so', async () => {
    await move('auth', { percent: 10 });
    const { status, body } = await move('auth', { percent: 10 });
    expect([status, body.change, body.cutover.version]).toEqual([200, null, 1]);
    expect((await ops.ask('/api/changes')).body.changes).toHaveLength(1);
  });

  it('keeps the percent between rollout and live as the stage has it', async () => {
    await move('auth', { percent: 30 });
    expect((await move('auth', { stage: 'live' })).body.change.to.rolloutPercent).toBe(100);
    expect((await move('auth', { stage: 'rollout' })).body.change.to.rolloutPercent).toBe(100);
    expect((await move('auth', { percent: 5 })).body.change.to).toMatchObject({
      stage: 'rollout',
      rolloutPercent: 5,
    });
    expect((await move('auth', { stage: 'legacy' })).body.change.to.rolloutPercent).toBe(0);
    expect((await move('auth', { stage: 'rollout' })).body.change.to.rolloutPercent).toBe(0);
  });

  it('is refused while preconditions are not met, each named; force goes over them and is recorded', async () => {
    ops.service.ready = false;
    ops.service.seamState = 'in-public';
    const refused = await move('auth', { percent: 10 });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'refused']);
    expect(refused.body.error.reasons).toEqual([
      expect.stringMatching(/^service-ready: .* answers 503$/),
      'seam-ready: the seam is at in-public: advance it to in-auth',
    ]);
    expect((await cutoverOf('auth')).version).toBe(0);
    const forced = await move('auth', { percent: 10, force: true });
    expect(forced.body.change.forced).toBe(true);
    expect((await ops.ask('/api/changes')).body.changes[0].forced).toBe(true);
    ops.service.ready = true;
    ops.service.seamState = 'in-auth';
    expect((await move('auth', { percent: 20, force: true })).body.change.forced).toBe(false);
  });

  it('that no force can make is refused with the reason', async () => {
    for (const [name, to, reason] of [
      ['auth', { stage: 'shadow' }, /shadow policy/],
      ['auth', { stage: 'retired' }, /entered from live/],
      ['notifications', { percent: 1 }, /names no service/],
    ] as const) {
      const { status, body } = await move(name, { ...to, force: true });
      expect([status, body.error.code]).toEqual([409, 'refused']);
      expect(body.error.reasons.join()).toMatch(reason);
    }
  });

  it('asks service and seam for the way forward alone', async () => {
    await move('auth', { percent: 50 });
    const before = ops.service.requests;
    await move('auth', { percent: 10 });
    await move('auth', { stage: 'legacy' });
    expect(ops.service.requests).toBe(before);
  });

  it('of the lists moves a key from one to the other, and takes it off', async () => {
    const pin = (list: string, keys: string[], remove = false) =>
      ops.ask(`/api/capabilities/auth/${list}`, { keys, remove, why });
    await pin('allow', ['a', 'b', 'a']);
    expect(await cutoverOf('auth')).toMatchObject({ stage: 'legacy', allow: ['a', 'b'], deny: [] });
    await pin('deny', ['b']);
    expect(await cutoverOf('auth')).toMatchObject({ allow: ['a'], deny: ['b'] });
    await pin('allow', ['a', 'never-there'], true);
    expect(await cutoverOf('auth')).toMatchObject({ allow: [], deny: ['b'] });
  });
});

describe('two operators at once', () => {
  it('both get what they asked for where neither said what they saw', async () => {
    const percents = Array.from({ length: 6 }, (_, i) => i + 1);
    const answers = await Promise.all(percents.map((percent) => move('images', { percent })));
    expect(answers.map(({ status }) => status)).toEqual(percents.map(() => 200));
    const { changes } = (await ops.ask('/api/changes')).body;
    expect(changes.map(({ version }: { version: number }) => version)).toEqual([6, 5, 4, 3, 2, 1]);
    // Each change goes on from what the one before it left.
    for (const [i, change] of changes.slice(0, -1).entries()) expect(change.from).toEqual(changes[i + 1].to);
  });

  it('one gets it where each said what they saw', async () => {
    const answers = await Promise.all(
      [10, 20, 30].map((percent) => move('images', { percent, expectedVersion: 0 })),
    );
    const lost = answers.filter(({ status }) => status === 409);
    expect(lost.map(({ body }) => body.error.code)).toEqual(['version-conflict', 'version-conflict']);
    expect(lost[0]?.body.error.message).toContain('by olga');
    expect((await cutoverOf('images')).version).toBe(1);
  });
});

describe('rollback', () => {
  it('works while service and seam are gone', async () => {
    await move('auth', { stage: 'live' });
    await ops.ask('/api/capabilities/auth/allow', { keys: ['tester'], why });
    await ops.service.close();
    ops.service.close = async () => undefined;
    const { status, body } = await ops.ask('/api/capabilities/auth/rollback', { why });
    expect([status, body.change.kind, body.change.to.stage]).toEqual([200, 'rollback', 'legacy']);
    expect(await (await fetch(`${ops.gateway.url}/api/auth/me`)).text()).toBe('from legacy');
    expect((await cutoverOf('auth')).allow).toEqual(['tester']);
    expect((await ops.ask('/api/capabilities/auth/rollback', { why })).body.change).toBeNull();
  });

  it('of all brings back each that can come back', async () => {
    await move('auth', { percent: 10 });
    await move('images', { stage: 'live' });
    await move('images', { stage: 'retired' });
    const { status, body } = await ops.ask('/api/rollback', { why });
    expect(status).toBe(200);
    expect(body.results.map((it: { capability: string }) => it.capability)).toEqual([
      'auth',
      'notifications',
    ]);
    expect(body.failed).toEqual([]);
    expect((await cutoverOf('auth')).stage).toBe('legacy');
    expect((await cutoverOf('images')).stage).toBe('retired');
  });

  it('of what is retired is refused, for there is nothing to go back to', async () => {
    await move('images', { stage: 'live' });
    await move('images', { stage: 'retired' });
    for (const { status, body } of [
      await ops.ask('/api/capabilities/images/rollback', { why }),
      await move('images', { stage: 'legacy' }),
      await move('images', { percent: 50, force: true }),
    ]) {
      expect([status, body.error.code]).toEqual([409, 'refused']);
    }
  });
});

describe('the audit log', () => {
  it('is read newest first, by capability, in pages, and by a viewer too', async () => {
    for (const percent of [1, 2, 3]) await move('auth', { percent });
    await move('images', { percent: 4 });
    const page = async (query: string) =>
      (await ops.ask(`/api/changes?${query}`, undefined, viewerToken)).body.changes;
    expect((await page('')).map((it: { capability: string }) => it.capability)).toEqual([
      ...['images', 'auth', 'auth', 'auth'],
    ]);
    const first = await page('capability=auth&limit=2');
    expect(first.map((it: { version: number }) => it.version)).toEqual([3, 2]);
    const next = await page(`capability=auth&limit=2&before=${first[1].id}`);
    expect(next.map((it: { version: number }) => it.version)).toEqual([1]);
    const one = await ops.ask(`/api/changes/${first[0].id}`, undefined, viewerToken);
    expect(one.body.change).toEqual(first[0]);
    expect((await ops.ask('/api/changes/none-1')).status).toBe(404);
    expect((await ops.ask('/api/changes?capability=atuh')).status).toBe(404);
  });

  it('can be gone back along: a revert brings the state before a change back, and checks the way forward', async () => {
    await move('auth', { percent: 25 });
    const rolledBack = (await ops.ask('/api/capabilities/auth/rollback', { why })).body.change;
    ops.service.ready = false;
    const refused = await ops.ask(`/api/changes/${rolledBack.id}/revert`, { why });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'refused']);
    ops.service.ready = true;
    const { body } = await ops.ask(`/api/changes/${rolledBack.id}/revert`, { why });
    expect(body.change).toMatchObject({ kind: 'revert', reverts: rolledBack.id, to: { rolloutPercent: 25 } });
    expect((await ops.ask('/api/changes/none-1/revert', { why })).status).toBe(404);
  });
});

describe('an override', () => {
  it('pins whoever shows it, as a header and as a cookie', async () => {
    await move('auth', { percent: 0 });
    const { body } = await ops.ask('/api/capabilities/auth/override', { side: 'service', forSeconds: 60 });
    const asked = async (headers: Record<string, string>) =>
      (await fetch(`${ops.gateway.url}/api/auth/me`, { headers })).text();
    expect(await asked({})).toBe('from legacy');
    expect(await asked({ [body.header]: body.value })).toBe('from the service');
    expect(await asked({ cookie: `a=b; ${body.cookie}` })).toBe('from the service');
    expect(await asked({ [body.header]: `${body.value}x` })).toBe('from legacy');
    expect(Date.parse(body.expiresAt)).toBeGreaterThan(Date.now());
  });
});

describe('explain', () => {
  it('says what the data plane does', async () => {
    await move('auth', { percent: 50 });
    for (const user of ['1', '2', '3', '4', '5', '6', '7', '8']) {
      const { body } = await ops.ask(
        '/api/explain',
        { method: 'get', path: '/api/auth/me?x=1', user },
        viewerToken,
      );
      const token = `e30.${Buffer.from(JSON.stringify({ sub: user })).toString('base64url')}.x`;
      const answered = await fetch(`${ops.gateway.url}/api/auth/me?x=1`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(await answered.text()).toBe(body.side === 'service' ? 'from the service' : 'from legacy');
      expect(body).toMatchObject({ capability: 'auth', reason: 'cohort', key: 'token' });
    }
  });

  it('knows what no capability claims', async () => {
    const { body } = await ops.ask('/api/explain', { method: 'GET', path: '/elsewhere' });
    expect(body).toMatchObject({ side: 'legacy', reason: 'no-capability', capability: null });
  });
});

it('what only a viewer asks for changes nothing', async () => {
  expect((await move('auth', { percent: 1 }, viewerToken)).status).toBe(403);
  expect((await ops.ask('/api/rollback', { why }, viewerToken)).status).toBe(403);
  expect((await cutoverOf('auth')).version).toBe(0);
});
