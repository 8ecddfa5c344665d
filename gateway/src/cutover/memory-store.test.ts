import { describe, expect, it } from '@jest/globals';
import { type Cutover, unmoved } from './cutover.ts';
import { describeCutoverStore, request, rollout } from './cutover-store.suite.ts';
import { createMemoryStore } from './memory-store.ts';

describeCutoverStore('memory', { takesChanges: true, damageable: false }, async () => {
  const store = createMemoryStore();
  return {
    // One process has one: others have their own.
    open: async () => store,
    async put(capability, state) {
      const expectedVersion = (await store.read()).get(capability)?.version ?? 0;
      await store.change(request(state, expectedVersion, { capability }));
    },
    damage: () => Promise.reject(new Error('nobody else can write to it')),
    close: async () => undefined,
  };
});

describe('memory store', () => {
  it('goes on from where the last process ended', async () => {
    const auth: Cutover = { ...rollout(10), version: 7 };
    const store = createMemoryStore({
      initial: new Map([
        ['auth', auth],
        ['images', unmoved],
      ]),
    });
    expect([...(await store.read())]).toEqual([['auth', auth]]);
    const result = await store.change(request(rollout(20), 7));
    expect(result).toMatchObject({ ok: true, change: { id: 'auth-8', version: 8, from: rollout(10) } });
  });
});
