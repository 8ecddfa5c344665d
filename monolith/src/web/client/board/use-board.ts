import type { Waitee, Waitlist } from '@banyan/contracts';
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api/call.ts';
import type { ConnectionState } from '../live/connection-state.ts';
import { type Board, followBoard } from '../live/follow-board.ts';
import { refreshSession } from '../session/refresh-session.ts';
import { readSession } from '../session/session-store.ts';

export interface BoardState {
  readonly board: Board | undefined;
  readonly connection: ConnectionState;
  readonly isGone: boolean;
  /** Shows what a call gave at once; the next board says the same. */
  readonly putWaitlist: (waitlist: Waitlist) => void;
  readonly putWaitees: (waitees: readonly Waitee[]) => void;
  readonly dropWaitee: (waiteeId: string) => void;
}

const pollMs = 5_000;

/** A list's board, live; asked for every five seconds while the live connection is lost. */
export function useBoard(waitlistId: string): BoardState {
  const [board, setBoard] = useState<Board | undefined>(undefined);
  const [connection, setConnection] = useState<ConnectionState>('connecting');
  const [isGone, setGone] = useState(false);

  useEffect(
    () =>
      followBoard({
        waitlistId,
        accessToken: () => readSession()?.accessToken,
        renewToken: refreshSession,
        onBoard: setBoard,
        onState: setConnection,
        onGone: () => setGone(true),
      }),
    [waitlistId],
  );

  useEffect(() => {
    if (connection !== 'lost' || isGone) return;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function poll() {
      const loaded = await loadBoard(waitlistId);
      if (stopped) return;
      if (loaded === 'gone') setGone(true);
      else if (loaded !== undefined) setBoard(loaded);
      timer = setTimeout(poll, pollMs);
    }
    timer = setTimeout(poll, pollMs / 2);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [connection, isGone, waitlistId]);

  return {
    board,
    connection,
    isGone,
    putWaitlist: (waitlist) => setBoard((before) => before && { ...before, waitlist }),
    putWaitees: (waitees) =>
      setBoard((before) => before && { ...before, waitees: merge(before.waitees, waitees) }),
    dropWaitee: (waiteeId) =>
      setBoard(
        (before) => before && { ...before, waitees: before.waitees.filter(({ id }) => id !== waiteeId) },
      ),
  };
}

async function loadBoard(id: string): Promise<Board | 'gone' | undefined> {
  const waitlist = await call('getWaitlist', { params: { id } });
  if (!waitlist.ok) return waitlist.code === 'not_found' ? 'gone' : undefined;
  const waitees: Waitee[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: 100, ...(cursor === null ? {} : { cursor }) };
    const page = await call('listWaitees', { params: { id }, query });
    if (!page.ok) return undefined;
    waitees.push(...page.body.items);
    cursor = page.body.nextCursor;
  } while (cursor !== null);
  return { waitlist: waitlist.body, waitees };
}

function merge(before: readonly Waitee[], changed: readonly Waitee[]): Waitee[] {
  const byId = new Map(changed.map((waitee) => [waitee.id, waitee]));
  const kept = before.map((waitee) => byId.get(waitee.id) ?? waitee);
  const known = new Set(before.map(({ id }) => id));
  return [...kept, ...changed.filter(({ id }) => !known.has(id))];
}
