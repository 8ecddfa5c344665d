import type { Waitee } from '@banyan/contracts';
import { describe, expect, it } from '@jest/globals';
import { arrangeWaitees, moveId } from './arrange-waitees.ts';

function waitee(id: string, change: Partial<Waitee>): Waitee {
  return {
    id,
    waitlistId: 'list',
    name: id,
    partySize: 2,
    email: null,
    phone: null,
    note: null,
    photo: null,
    status: 'waiting',
    position: null,
    estimatedWaitMinutes: null,
    joinedAt: '2026-01-01T18:00:00.000Z',
    calledAt: null,
    closedAt: null,
    ...change,
  };
}

describe('a board', () => {
  it('shows first who was called first, who is next, and who was closed last', () => {
    const { called, waiting, closed } = arrangeWaitees([
      waitee('w2', { position: 2 }),
      waitee('s1', { status: 'seated', closedAt: '2026-01-01T19:00:00.000Z' }),
      waitee('c2', { status: 'called', calledAt: '2026-01-01T19:05:00.000Z' }),
      waitee('w1', { position: 1 }),
      waitee('n2', { status: 'no-show', closedAt: '2026-01-01T19:30:00.000Z' }),
      waitee('c1', { status: 'called', calledAt: '2026-01-01T19:01:00.000Z' }),
    ]);
    const ids = (group: readonly Waitee[]) => group.map(({ id }) => id);
    expect([ids(called), ids(waiting), ids(closed)]).toEqual([
      ['c1', 'c2'],
      ['w1', 'w2'],
      ['n2', 's1'],
    ]);
  });
});

describe('moving a guest', () => {
  it('goes one place up or down', () => {
    expect(moveId(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c']);
    expect(moveId(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'c', 'b']);
  });

  it('stays where there is nowhere to go', () => {
    const ids = ['a', 'b'];
    expect(moveId(ids, 'a', -1)).toBe(ids);
    expect(moveId(ids, 'b', 1)).toBe(ids);
    expect(moveId(ids, 'gone', 1)).toBe(ids);
  });
});
