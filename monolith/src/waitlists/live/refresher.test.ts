import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@banyan/serving/testing';
import { describe, expect, it } from '@jest/globals';
import { createRefresher } from './refresher.ts';

const list = '5f0c2a52-9e0d-4d7a-9d3e-2b7b9c1d0a11';

/** A feed that is told of changes by the test. */
function createFakeFeed() {
  const subscribers = new Set<() => void>();
  return {
    subscribers,
    change: () => {
      for (const onChange of subscribers) onChange();
    },
    subscribe: (_: string, onChange: () => void) => {
      subscribers.add(onChange);
      return () => subscribers.delete(onChange);
    },
  };
}

describe('refresher', () => {
  it('refreshes a follower at once, and again after a change', async () => {
    const feed = createFakeFeed();
    const refreshed: (readonly string[])[] = [];
    const refresher = createRefresher<string>({
      feed,
      refresh: async (_, followers) => void refreshed.push(followers),
      onFault: (error) => expect(error).toBeUndefined(),
      gapMs: 1,
    });
    refresher.follow(list, 'ada');
    await until(() => refreshed.length === 1);
    feed.change();
    await until(() => refreshed.length === 2);
    expect(refreshed).toEqual([['ada'], ['ada']]);
  });

  it('turns a burst of changes into few refreshes, the last of which begins after the last change', async () => {
    const feed = createFakeFeed();
    let changes = 0;
    let underWay = 0;
    let overlapped = false;
    const seen: number[] = [];
    const refresher = createRefresher<string>({
      feed,
      async refresh() {
        underWay += 1;
        overlapped ||= underWay > 1;
        const read = changes;
        await sleep(2);
        seen.push(read);
        underWay -= 1;
      },
      onFault: (error) => expect(error).toBeUndefined(),
      gapMs: 1,
    });
    refresher.follow(list, 'ada');
    for (let burst = 0; burst < 10; burst += 1) {
      for (let index = 0; index < 100; index += 1) {
        changes += 1;
        feed.change();
      }
      await sleep(1);
    }
    await until(() => seen.at(-1) === 1_000);
    expect(seen.length).toBeLessThanOrEqual(12);
    expect(overlapped).toBe(false);
  });

  it('tries again after a fault, so that no change is lost', async () => {
    const feed = createFakeFeed();
    const faults: unknown[] = [];
    let refreshes = 0;
    const refresher = createRefresher<string>({
      feed,
      async refresh() {
        if (faults.length < 3) throw new Error('the database is away');
        refreshes += 1;
      },
      onFault: (error) => faults.push(error),
      gapMs: 1,
      retryMs: 1,
    });
    refresher.follow(list, 'ada');
    await until(() => refreshes === 1);
    expect(faults).toHaveLength(3);
  });

  it('shows a follower who comes during a refresh what was read for them, and lets go of those who leave', async () => {
    const feed = createFakeFeed();
    const refreshed: (readonly string[])[] = [];
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const refresher = createRefresher<string>({
      feed,
      async refresh(_, followers) {
        refreshed.push(followers);
        await held;
      },
      onFault: (error) => expect(error).toBeUndefined(),
      gapMs: 1,
    });
    const leave = refresher.follow(list, 'ada');
    const leaveToo = refresher.follow(list, 'ben');
    release();
    await until(() => refreshed.length === 2);
    expect(refreshed).toEqual([['ada'], ['ada', 'ben']]);
    leave();
    leave();
    expect(feed.subscribers.size).toBe(1);
    leaveToo();
    expect(feed.subscribers.size).toBe(0);
    refresher.follow(list, 'cleo');
    await until(() => refreshed.length === 3);
    expect(refreshed.at(-1)).toEqual(['cleo']);
  });
});
