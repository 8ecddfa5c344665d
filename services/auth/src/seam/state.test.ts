import { describe, expect, it } from '@jest/globals';
import { judgeState, movedTables, neighboursOf, type Relation, targetOf } from './state.ts';

const all = (schema: string, kind: string): Relation[] => movedTables.map((name) => ({ schema, name, kind }));

describe('the seam’s state', () => {
  it('is in-public when every table is, as the monolith made them', () => {
    expect(judgeState(all('public', 'r'))).toEqual({ ok: true, state: 'in-public' });
  });

  it('is in-auth when every table is, and a view stands where it was', () => {
    const relations = [...all('auth', 'r'), ...all('public', 'v')];
    expect(judgeState(relations)).toEqual({ ok: true, state: 'in-auth' });
    expect(judgeState(relations.toReversed())).toEqual({ ok: true, state: 'in-auth' });
  });

  it('is none before the monolith has made its tables', () => {
    expect(judgeState([])).toMatchObject({ ok: false, failure: 'not-migrated' });
    const older = all('public', 'r').filter(({ name }) => name !== 'login_failures');
    expect(judgeState(older)).toMatchObject({
      ok: false,
      failure: 'not-migrated',
      reason: expect.stringContaining('login_failures'),
    });
  });

  it.each(movedTables)('is none if %s alone is elsewhere', (odd) => {
    const moved = [...all('auth', 'r'), ...all('public', 'v')];
    const others = moved.filter(({ name }) => name !== odd);
    for (const wrong of [
      [{ schema: 'public', name: odd, kind: 'r' }],
      [{ schema: 'auth', name: odd, kind: 'r' }],
      [
        { schema: 'public', name: odd, kind: 'r' },
        { schema: 'auth', name: odd, kind: 'r' },
      ],
      [
        { schema: 'public', name: odd, kind: 'm' },
        { schema: 'auth', name: odd, kind: 'r' },
      ],
    ]) {
      expect(judgeState([...others, ...wrong])).toMatchObject({ ok: false, failure: 'mixed' });
    }
  });

  it('has one move in each direction', () => {
    expect(neighboursOf('in-public')).toEqual({ next: targetOf('advance'), previous: null });
    expect(neighboursOf('in-auth')).toEqual({ next: null, previous: targetOf('back') });
  });
});
