import type { Waitee } from '@banyan/contracts';

export interface ArrangedWaitees {
  readonly called: readonly Waitee[];
  readonly waiting: readonly Waitee[];
  readonly closed: readonly Waitee[];
}

/** Puts the guests in the three groups of a board: who was called first, who is next, who was closed last. */
export function arrangeWaitees(waitees: readonly Waitee[]): ArrangedWaitees {
  const called = waitees.filter(({ status }) => status === 'called');
  const waiting = waitees.filter(({ status }) => status === 'waiting');
  const closed = waitees.filter(({ status }) => status !== 'called' && status !== 'waiting');
  return {
    called: called.toSorted((a, b) => (a.calledAt ?? '').localeCompare(b.calledAt ?? '')),
    waiting: waiting.toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0)),
    closed: closed.toSorted((a, b) => (b.closedAt ?? '').localeCompare(a.closedAt ?? '')),
  };
}

/** The ids with one of them moved by so many places; the same when there is nowhere to go. */
export function moveId(ids: readonly string[], id: string, by: number): readonly string[] {
  const from = ids.indexOf(id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= ids.length) return ids;
  return ids.toSpliced(from, 1).toSpliced(to, 0, id);
}
