import type { Tokens } from '@banyan/contracts';
import { describe, expect, it } from '@jest/globals';
import { createSingleRefresh, type Exchange } from './single-refresh.ts';

interface Stored {
  accessToken: string;
  refreshToken: string;
  refreshKey: string;
}

/** A browser with several tabs: one storage, one lock, and a server that takes each refresh token once. */
function createBrowser() {
  const state = {
    stored: undefined as Stored | undefined,
    exchanges: 0,
    answer: undefined as Exchange | undefined,
  };
  const used = new Set<string>();
  let line: Promise<unknown> = Promise.resolve();

  state.stored = { accessToken: 'access-0', refreshToken: 'refresh-0', refreshKey: 'key-0' };

  async function exchange(refreshToken: string): Promise<Exchange> {
    state.exchanges += 1;
    await Promise.resolve();
    if (state.answer !== undefined) return state.answer;
    if (used.has(refreshToken)) return { kind: 'refused' };
    used.add(refreshToken);
    const next = used.size;
    return { kind: 'renewed', tokens: tokens(`access-${next}`, `refresh-${next}`) };
  }

  const openTab = () =>
    createSingleRefresh({
      read: () => state.stored,
      renew: ({ accessToken, refreshToken }) => {
        state.stored = { accessToken, refreshToken, refreshKey: 'next' };
      },
      end: () => {
        state.stored = undefined;
      },
      exchange,
      exclusively(task) {
        const turn = line.then(task);
        line = turn.catch(() => undefined);
        return turn;
      },
    });

  return { state, openTab };
}

function tokens(accessToken: string, refreshToken: string): Tokens {
  return { tokenType: 'Bearer', accessToken, refreshToken, accessTokenExpiresAt: '2026-01-01T00:00:00.000Z' };
}

describe('refreshing a session', () => {
  it('exchanges a refresh token once, however many calls were refused', async () => {
    const { state, openTab } = createBrowser();
    const refresh = openTab();
    const given = await Promise.all([refresh('access-0'), refresh('access-0'), refresh('access-0')]);
    expect(given).toEqual(['access-1', 'access-1', 'access-1']);
    expect(state.exchanges).toBe(1);
  });

  it('gives the second tab what the first one got', async () => {
    const { state, openTab } = createBrowser();
    const given = await Promise.all([openTab()('access-0'), openTab()('access-0')]);
    expect(given).toEqual(['access-1', 'access-1']);
    expect(state.exchanges).toBe(1);
  });

  it('can be done again with the next token', async () => {
    const { openTab } = createBrowser();
    const refresh = openTab();
    await refresh('access-0');
    expect(await refresh('access-1')).toBe('access-2');
  });

  it('ends the session when it is refused', async () => {
    const { state, openTab } = createBrowser();
    state.answer = { kind: 'refused' };
    expect(await openTab()('access-0')).toBeUndefined();
    expect(state.stored).toBeUndefined();
  });

  it('keeps the session when the server cannot be reached', async () => {
    const { state, openTab } = createBrowser();
    state.answer = { kind: 'failed' };
    expect(await openTab()('access-0')).toBeUndefined();
    expect(state.stored?.refreshToken).toBe('refresh-0');
  });

  it('brings nobody back who logged out meanwhile', async () => {
    const { state, openTab } = createBrowser();
    const refreshing = openTab()('access-0');
    await Promise.resolve();
    await Promise.resolve();
    state.stored = undefined;
    expect(await refreshing).toBeUndefined();
    expect(state.stored).toBeUndefined();
  });
});
