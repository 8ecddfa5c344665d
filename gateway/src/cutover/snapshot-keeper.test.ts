import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { registerCutoverMetrics } from '../telemetry/cutover-metrics.ts';
import { until } from '../testing/until.ts';
import { type Cutover, type Cutovers, stateForLog, unmoved } from './cutover.ts';
import { request, rollout } from './cutover-store.suite.ts';
import type { CutoverListener, CutoverStore } from './cutover-store.ts';
import { createMemoryStore } from './memory-store.ts';
import { openSnapshotFile } from './snapshot-file.ts';
import { createSnapshotKeeper, type KeeperDeps, type SnapshotKeeper } from './snapshot-keeper.ts';

describe('snapshot keeper', () => {
  let path: string;
  let lines: { readonly level: number; readonly msg: string; readonly [field: string]: unknown }[];
  let keepers: SnapshotKeeper[];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });

  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), 'banyan-keeper-')), 'cutovers.json');
    lines = [];
    keepers = [];
  });
  afterEach(async () => {
    for (const keeper of keepers) await keeper.close();
  });

  function keep(deps: Partial<KeeperDeps> = {}): SnapshotKeeper {
    const store = createMemoryStore();
    const defaults = { capabilities: ['auth', 'images'], saved: new Map(), file: undefined, logger };
    const keeper = createSnapshotKeeper({ store, ...defaults, ...deps });
    keepers.push(keeper);
    return keeper;
  }

  function auth(keeper: SnapshotKeeper): Cutover | undefined {
    return keeper.current().cutovers.get('auth');
  }

  function logged(msg: string) {
    return lines.filter((line) => line.msg.startsWith(msg));
  }

  it('holds every capability of the plan at legacy until somebody moves one', async () => {
    const keeper = keep();
    const expected = new Map([
      ['auth', unmoved],
      ['images', unmoved],
    ]);
    expect(keeper.current().cutovers).toEqual(expected);
    await keeper.start();
    expect(keeper.current().cutovers).toEqual(expected);
    expect(keeper.store()).toEqual({ kind: 'memory', up: true });
  });

  it('replaces the snapshot whole: one that is held stays as it was', async () => {
    const keeper = keep();
    await keeper.start();
    const before = keeper.current();
    expect(await keeper.change(request(rollout(10), 0))).toMatchObject({ ok: true });
    expect(before.cutovers.get('auth')).toBe(unmoved);
    expect(keeper.current()).not.toBe(before);
    expect(auth(keeper)).toMatchObject({ ...rollout(10), version: 1 });
    expect(Object.isFrozen(keeper.current()) && Object.isFrozen(auth(keeper))).toBe(true);
  });

  it('keeps the same snapshot while the store says nothing new', async () => {
    const store = fakeStore();
    const keeper = keep({ store });
    await keeper.start();
    store.say({ auth: { ...rollout(1), version: 1 } });
    const before = keeper.current();
    store.say({ auth: { ...rollout(1), version: 1 }, payments: { ...rollout(50), version: 1 } });
    expect(keeper.current()).toBe(before);
    expect(before.cutovers.has('payments')).toBe(false);
  });

  it('has a change in force once it says that it was made', async () => {
    const store = fakeStore();
    const made = { ok: true, change: { capability: 'auth', version: 1 } };
    const keeper = keep({ store: { ...store, change: async () => made as never } });
    await keeper.start();
    let answered = false;
    const changing = keeper.change(request(rollout(10), 0)).then(() => {
      answered = true;
    });
    store.say({ images: { ...rollout(1), version: 1 } });
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    store.say({ auth: { ...rollout(10), version: 1 } });
    await changing;
  });

  it('does not keep an operator waiting for a store that made a change and then fell silent', async () => {
    const made = { ok: true, change: { capability: 'auth', version: 1 } };
    const keeper = keep({
      store: { ...fakeStore(), change: async () => made as never },
      inForceWithinMs: 20,
    });
    expect(await keeper.change(request(rollout(10), 0))).toEqual(made);
  });

  it('logs each change of traffic: who, from, to and why', async () => {
    const keeper = keep();
    await keeper.start();
    await keeper.change(request(rollout(10), 0, { by: 'ada', why: 'first tenth' }));
    await keeper.change(request(rollout(10), 1, { why: 'the same again' }));
    expect(logged('traffic changed')).toEqual([
      expect.objectContaining({
        ...{ level: 30, capability: 'auth', by: 'ada', why: 'first tenth', version: 1 },
        from: stateForLog(unmoved),
        to: stateForLog(rollout(10)),
      }),
    ]);
  });

  it('names no caller in the log', async () => {
    const keeper = keep();
    await keeper.start();
    await keeper.change(request({ ...rollout(10), allow: ['a-guest'], deny: ['another'] }, 0));
    const [line] = logged('traffic changed');
    expect(line).toMatchObject({ to: { allowed: 1, denied: 1 } });
    expect(JSON.stringify(line)).not.toMatch(/a-guest|another/);
  });

  it('follows a store that went back to an older version, and warns', async () => {
    const store = fakeStore();
    const keeper = keep({ store });
    await keeper.start();
    store.say({ auth: { ...rollout(10), version: 5 } });
    store.say({ auth: { ...rollout(5), version: 4 } });
    expect(auth(keeper)?.version).toBe(4);
    expect(logged('traffic changed')).toEqual([
      expect.objectContaining({ level: 30, version: 5 }),
      expect.objectContaining({ level: 40, version: 4 }),
    ]);
  });

  it('goes on with the last good snapshot while the store is lost', async () => {
    const store = fakeStore();
    const keeper = keep({ store });
    await keeper.start();
    store.say({ auth: { ...rollout(10), version: 5 } });
    const before = keeper.current();
    for (let i = 0; i < 3; i += 1) store.listener().lost('connection refused');
    expect(keeper.current()).toBe(before);
    expect(keeper.store()).toEqual({ kind: 'postgres', up: false, reason: 'connection refused' });
    store.say({ auth: { ...rollout(20), version: 6 } });
    store.listener().back();
    expect(keeper.store().up).toBe(true);
    expect(auth(keeper)).toMatchObject(rollout(20));
    expect(logged('cutover store lost')).toHaveLength(1);
    expect(logged('cutover store up')).toHaveLength(2);
  });

  it('starts from what was saved when the store is lost, or silent', async () => {
    const saved: Cutovers = new Map([['auth', { ...rollout(10), version: 5 }]]);
    const lost = fakeStore((listener) => listener.lost('connection refused'));
    const silent = fakeStore(() => undefined);
    for (const store of [lost, silent]) {
      const keeper = keep({ store, saved, startWithinMs: store === lost ? 60_000 : 20 });
      expect(auth(keeper)).toMatchObject({ ...rollout(10), version: 5 });
      await keeper.start();
      expect(auth(keeper)).toMatchObject({ ...rollout(10), version: 5 });
      expect(keeper.current().cutovers.get('images')).toBe(unmoved);
      expect(keeper.store().up).toBe(false);
      store.say({ auth: { ...rollout(20), version: 6 } });
      expect(auth(keeper)?.version).toBe(6);
    }
  });

  it('lets the last good state of a capability rule while the store’s own is unreadable', async () => {
    const store = fakeStore(() => undefined);
    const saved = new Map([['auth', { ...rollout(10), version: 5 }]]);
    const keeper = keep({ store, saved, startWithinMs: 1 });
    await keeper.start();
    const damaged: Cutover = { ...unmoved, version: 6, unreadable: 'stage: unknown' };
    store.say({ auth: damaged, images: { ...rollout(1), version: 1 } });
    store.say({ auth: damaged, images: { ...rollout(2), version: 2 } });
    expect(auth(keeper)).toEqual({ ...rollout(10), version: 6, unreadable: 'stage: unknown' });
    expect(keeper.current().cutovers.get('images')).toMatchObject(rollout(2));
    expect(logged('cutover unreadable')).toEqual([
      expect.objectContaining({ level: 50, capability: 'auth', version: 6, unreadable: 'stage: unknown' }),
    ]);
    store.say({ auth: { ...rollout(20), version: 7 } });
    expect(auth(keeper)).toEqual({ ...rollout(20), version: 7 });
  });

  it('saves each change, but never what it can’t read, and starts from it', async () => {
    const store = fakeStore();
    const file = openSnapshotFile({ path, logger });
    const keeper = keep({ store, file });
    await keeper.start();
    store.say({ auth: { ...rollout(10), version: 1 } });
    await until('it is saved', () => file.load().get('auth')?.version === 1);
    store.say({
      auth: { ...unmoved, version: 2, unreadable: 'a fault' },
      images: { ...rollout(3), version: 1 },
    });
    await keeper.close();
    expect(file.load()).toEqual(
      new Map([
        ['auth', { ...rollout(10), version: 1 }],
        ['images', { ...rollout(3), version: 1 }],
      ]),
    );
  });

  it('publishes what is in force', async () => {
    const store = fakeStore();
    const keeper = keep({ store });
    const registry = new Registry();
    registerCutoverMetrics(registry, keeper);
    await keeper.start();
    store.say({ auth: { ...rollout(12.5), version: 3 } });
    const text = await registry.metrics();
    for (const line of [
      'banyan_cutover_store_up 1',
      'banyan_cutover_version{capability="auth"} 3',
      'banyan_cutover_version{capability="images"} 0',
      'banyan_cutover_stage{capability="auth",stage="rollout"} 1',
      'banyan_cutover_stage{capability="auth",stage="legacy"} 0',
      'banyan_cutover_rollout_percent{capability="auth"} 12.5',
      'banyan_cutover_unreadable{capability="auth"} 0',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    store.listener().lost('gone');
    expect(await registry.metrics()).toMatch(/^banyan_cutover_store_up 0$/m);
  });
});

interface FakeStore extends CutoverStore {
  say(cutovers: Record<string, Cutover>): void;
  listener(): CutoverListener;
}

/** Says what it is told to. */
function fakeStore(onFollow: (listener: CutoverListener) => void = (it) => it.changed(new Map())): FakeStore {
  let listener: CutoverListener | undefined;
  const following = () => {
    if (listener === undefined) throw new Error('nobody follows');
    return listener;
  };
  return {
    kind: 'postgres',
    read: async () => new Map(),
    change: () => Promise.reject(new Error('not asked for')),
    history: async () => [],
    async follow(by) {
      listener = by;
      onFollow(by);
      return { close: async () => undefined };
    },
    close: async () => undefined,
    say: (cutovers) => following().changed(new Map(Object.entries(cutovers))),
    listener: following,
  };
}
