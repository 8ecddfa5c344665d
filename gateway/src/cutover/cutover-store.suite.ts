import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { collectNews } from '../testing/collect-listener.ts';
import { until } from '../testing/until.ts';
import { type CutoverState, unmoved } from './cutover.ts';
import type { ChangeRequest, CutoverStore, Following } from './cutover-store.ts';

/** What a store needs, for its promises to be tried. */
export interface StoreHarness {
  /** As another gateway would: on the same truth each time. The suite closes it. */
  open(): Promise<CutoverStore>;
  /** Brings a capability into a state, by the way that the store's operators have. */
  put(capability: Capability, state: CutoverState): Promise<void>;
  /** Makes the state of one capability such that no gateway of this version can read it. */
  damage(capability: Capability): Promise<void>;
  close(): Promise<void>;
}

export interface StoreTraits {
  /** Whether changes can be made through the store. */
  readonly takesChanges: boolean;
  /** Whether somebody else can write what this version can't read. */
  readonly damageable: boolean;
}

export const suiteCapabilities = ['auth', 'images'] as const;
export type Capability = (typeof suiteCapabilities)[number];

export function rollout(rolloutPercent: number, lists: Partial<CutoverState> = {}): CutoverState {
  return { stage: 'rollout', rolloutPercent, allow: [], deny: [], ...lists };
}

export function request(to: CutoverState, expectedVersion: number, more: Partial<ChangeRequest> = {}) {
  return {
    capability: 'auth',
    kind: 'rollout',
    by: 'ada',
    why: 'a try',
    forced: false,
    to,
    expectedVersion,
    ...more,
  } as const;
}

const live: CutoverState = { stage: 'live', rolloutPercent: 100, allow: [], deny: [] };

/** The promises of `CutoverStore`, tried on one implementation. */
export function describeCutoverStore(
  name: string,
  { takesChanges, damageable }: StoreTraits,
  createHarness: () => Promise<StoreHarness>,
): void {
  describe(`cutover store: ${name}`, () => {
    let harness: StoreHarness;
    let store: CutoverStore;
    let opened: CutoverStore[];
    let followings: Following[];

    async function open(): Promise<CutoverStore> {
      const another = await harness.open();
      opened.push(another);
      return another;
    }

    async function follow(of = store) {
      const news = collectNews();
      followings.push(await of.follow(news));
      return news;
    }

    beforeEach(async () => {
      opened = [];
      followings = [];
      harness = await createHarness();
      store = await open();
    });
    afterEach(async () => {
      for (const following of followings) await following.close();
      for (const it of opened) await it.close();
      await harness.close();
    });

    it('names no capability that was never changed', async () => {
      expect([...(await store.read())]).toEqual([]);
    });

    it('reads the state that a capability was brought into', async () => {
      const state = rollout(12.34, { allow: ['ada', 'bob'], deny: ['eve'] });
      await harness.put('auth', state);
      const cutovers = await store.read();
      expect([...cutovers.keys()]).toEqual(['auth']);
      expect(cutovers.get('auth')).toMatchObject({ ...state, version: 1, changedBy: expect.any(String) });
    });

    it('tells a follower what is, at once, and each change after', async () => {
      await harness.put('auth', rollout(1));
      const news = await follow();
      await until('the first news', () => news.count('changed') === 1);
      expect(news.of('auth')).toMatchObject(rollout(1));
      await harness.put('images', rollout(2));
      await until('images are told', () => news.of('images').version === 1);
      await harness.put('auth', live);
      await until('auth is told', () => news.of('auth').stage === 'live');
      expect(news.of('auth')).toMatchObject({ ...live, version: 2 });
      expect(news.count('lost')).toBe(0);
    });

    it('tells every follower, until it closes', async () => {
      const gone = await follow();
      await followings[0]?.close();
      const told = gone.news.length;
      const others = [await follow(), await follow(await open())];
      await harness.put('auth', live);
      for (const other of others) await until('it is told', () => other.of('auth').stage === 'live');
      expect(gone.news).toHaveLength(told);
    });

    it('tells nothing a second time while nothing changes', async () => {
      await harness.put('auth', rollout(1));
      const news = await follow();
      await until('the first news', () => news.count('changed') === 1);
      const another = await follow();
      await harness.put('images', live);
      await until('the second news', () => news.of('images').version === 1);
      await until('the other too', () => another.of('images').version === 1);
      expect(news.count('changed')).toBe(2);
    });

    it('keeps a history, newest first, by capability, in pages', async () => {
      const news = await follow();
      for (const [i, capability] of (['auth', 'images', 'auth', 'auth'] as const).entries()) {
        await harness.put(capability, rollout(i + 1));
        await until('it is told', () => news.of(capability).rolloutPercent === i + 1);
      }
      const all = await store.history({ limit: 10 });
      expect(all.map(({ capability, version, to }) => [capability, version, to.rolloutPercent])).toEqual([
        ['auth', 3, 4],
        ['auth', 2, 3],
        ['images', 1, 2],
        ['auth', 1, 1],
      ]);
      expect(all.map(({ from }) => from.rolloutPercent)).toEqual([3, 1, 0, 0]);
      expect(new Set(all.map(({ id }) => id)).size).toBe(4);

      const auth = all.filter(({ capability }) => capability === 'auth');
      expect(await store.history({ capability: 'auth', limit: 2 })).toEqual(auth.slice(0, 2));
      const before = auth[1]?.id ?? '';
      expect(await store.history({ capability: 'auth', limit: 2, before })).toEqual(auth.slice(2));
      expect(await store.history({ id: before, limit: 2 })).toEqual([auth[1]]);
      expect(await store.history({ id: 'no such change', limit: 2 })).toEqual([]);
      expect(await store.history({ before: 'no such change', limit: 2 })).toEqual([]);
    });

    const ifDamageable = damageable ? it : leaveOut;
    ifDamageable('says of a state that it cannot read that it cannot, and reads all others', async () => {
      const news = await follow();
      await harness.put('auth', rollout(1));
      await harness.put('images', rollout(2));
      await until('both are told', () => news.of('auth').version + news.of('images').version === 2);
      await harness.damage('auth');
      await until('the damage is told', () => news.of('auth').unreadable !== undefined);
      expect(news.of('images')).toMatchObject(rollout(2));
      expect((await store.read()).get('auth')).toMatchObject({ unreadable: expect.any(String) });
      await harness.put('auth', live);
      await until('it is told to be right', () => news.of('auth').unreadable === undefined);
      expect(news.of('auth')).toMatchObject(live);
      expect(news.count('lost')).toBe(0);
    });

    const ifReadOnly = takesChanges ? leaveOut : it;
    ifReadOnly('takes no change, and says where changes are made', async () => {
      await harness.put('auth', rollout(1));
      expect(await store.change(request(live, 1))).toEqual({
        ok: false,
        failure: 'read-only',
        where: expect.stringMatching(/flags/),
      });
      expect((await store.read()).get('auth')).toMatchObject({ ...rollout(1), version: 1 });
    });

    const ifItTakesChanges = takesChanges ? it : leaveOut;
    ifItTakesChanges('changes what is at the expected version, with who, why, from and to', async () => {
      const first = await store.change(request(rollout(10), 0, { forced: true }));
      if (!first.ok) throw new Error(first.failure);
      const { allow, deny, stage, rolloutPercent } = unmoved;
      expect(first.change).toMatchObject({
        ...{ capability: 'auth', version: 1, kind: 'rollout', by: 'ada', why: 'a try', forced: true },
        from: { allow, deny, stage, rolloutPercent },
        to: rollout(10),
      });
      expect(first.change).not.toHaveProperty('reverts');
      const back = await store.change(
        request(unmoved, 1, { kind: 'revert', reverts: first.change.id, by: 'bob' }),
      );
      if (!back.ok) throw new Error(back.failure);
      expect(back.change).toMatchObject({
        version: 2,
        reverts: first.change.id,
        from: rollout(10),
        by: 'bob',
      });
      expect(await (await open()).history({ limit: 5 })).toEqual([back.change, first.change]);
      expect((await store.read()).get('auth')).toMatchObject({
        ...{ stage: 'legacy', version: 2, changedBy: 'bob', changedAt: back.change.at, why: 'a try' },
      });
    });

    ifItTakesChanges('changes nothing at another version, and says what is', async () => {
      await harness.put('auth', rollout(10));
      for (const version of [0, 2]) {
        expect(await store.change(request(live, version))).toEqual({
          ok: false,
          failure: 'version-conflict',
          current: expect.objectContaining({ ...rollout(10), version: 1 }),
        });
      }
      expect(await store.change(request(live, 1, { capability: 'images' }))).toEqual({
        ok: false,
        failure: 'version-conflict',
        current: unmoved,
      });
      expect(await store.history({ limit: 10 })).toHaveLength(1);
    });

    ifItTakesChanges('lets exactly one of many win who change at once', async () => {
      const operators = [store, await open(), await open(), await open()];
      for (let version = 0; version < 5; version += 1) {
        const results = await Promise.all(
          operators.map((operator, i) =>
            operator.change(request(rollout(version + i / 10), version, { by: `${i}` })),
          ),
        );
        expect(results.filter(({ ok }) => ok)).toHaveLength(1);
        const winner = results.findIndex(({ ok }) => ok);
        expect((await store.read()).get('auth')).toMatchObject({
          changedBy: `${winner}`,
          version: version + 1,
        });
      }
      expect(await store.history({ limit: 100 })).toHaveLength(5);
    });

    ifItTakesChanges('lets exactly one of many win who make a first change at once', async () => {
      const operators = [store, await open(), await open(), await open()];
      for (const operator of operators) await operator.read();
      for (let i = 0; i < 10; i += 1) {
        const results = await Promise.all(
          operators.map((operator) => operator.change(request(live, 0, { capability: `capability-${i}` }))),
        );
        expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      }
      expect(await store.history({ limit: 100 })).toHaveLength(10);
    });

    ifItTakesChanges('takes no state that it could not read back', async () => {
      const wrong: CutoverState[] = [
        rollout(100.5),
        rollout(-1),
        rollout(Number.NaN),
        rollout(0.001),
        { ...live, rolloutPercent: 50 },
        { ...unmoved, rolloutPercent: 1 },
        { ...live, stage: 'canary' as 'live' },
        rollout(1, { allow: [''] }),
      ];
      for (const to of wrong) await expect(store.change(request(to, 0))).rejects.toThrow(TypeError);
      expect([...(await store.read())]).toEqual([]);
      expect(await store.history({ limit: 10 })).toEqual([]);
    });
  });
}

/** Of a promise that a kind of store doesn't make. */
function leaveOut(_name: string, _test: () => Promise<void>): void {}
