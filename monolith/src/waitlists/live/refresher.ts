import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeFeed } from './change-feed.ts';

export interface Refresher<Follower> {
  /** Refreshes the follower soon, and again after each change of the list. @returns what ends it */
  follow(waitlistId: string, follower: Follower): () => void;
}

export interface RefresherDeps<Follower> {
  readonly feed: Pick<ChangeFeed, 'subscribe'>;
  /** Reads what is new once for all followers, and shows it to each. Never runs twice at a time for one list. */
  readonly refresh: (waitlistId: string, followers: readonly Follower[]) => Promise<void>;
  readonly onFault: (error: unknown) => void;
  /** Between two refreshes of one list: a burst of changes costs one at its begin and one for each gap that it lasts. */
  readonly gapMs?: number;
  readonly retryMs?: number;
}

interface List<Follower> {
  readonly followers: Set<Follower>;
  readonly request: () => void;
  readonly close: () => void;
}

/**
 * Turns changes into refreshes: never one at a time for each follower, never two at a time, and always one that begins
 * after the last change. One that fails is made again.
 */
export function createRefresher<Follower>(deps: RefresherDeps<Follower>): Refresher<Follower> {
  const lists = new Map<string, List<Follower>>();

  return {
    follow(waitlistId, follower) {
      const list = lists.get(waitlistId) ?? openList(waitlistId, deps);
      lists.set(waitlistId, list);
      list.followers.add(follower);
      list.request();
      return () => {
        list.followers.delete(follower);
        if (list.followers.size > 0 || lists.get(waitlistId) !== list) return;
        lists.delete(waitlistId);
        list.close();
      };
    },
  };
}

function openList<Follower>(
  waitlistId: string,
  { feed, refresh, onFault, gapMs = 50, retryMs = 1_000 }: RefresherDeps<Follower>,
): List<Follower> {
  const followers = new Set<Follower>();
  let wanted = false;
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (wanted && followers.size > 0) {
      wanted = false;
      const pauseMs = await attempt();
      await sleep(pauseMs, undefined, { ref: false });
    }
    running = false;
  }

  async function attempt(): Promise<number> {
    try {
      await refresh(waitlistId, [...followers]);
      return gapMs;
    } catch (error) {
      onFault(error);
      wanted = true;
      return retryMs;
    }
  }

  function request(): void {
    wanted = true;
    if (!running) void run();
  }

  return { followers, request, close: feed.subscribe(waitlistId, request) };
}
