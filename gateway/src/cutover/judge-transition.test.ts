import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CutoverState, type Stage, stages } from './cutover.ts';
import {
  judgeTransition,
  movesForward,
  type Precondition,
  type TransitionFacts,
} from './judge-transition.ts';

const met: Precondition = { name: 'service-ready', met: true, detail: 'it answers' };
const unmet: Precondition = { name: 'seam-ready', met: false, detail: 'the seam is at in-public' };

function state(stage: Stage, rolloutPercent?: number, lists: Partial<CutoverState> = {}): CutoverState {
  const fixed = stage === 'live' || stage === 'retired' ? 100 : 0;
  return { stage, rolloutPercent: rolloutPercent ?? fixed, allow: [], deny: [], ...lists };
}

function facts(over: Partial<TransitionFacts> = {}): TransitionFacts {
  return { hasService: true, preconditions: [met], force: false, ...over };
}

const notReady = facts({ preconditions: [met, unmet] });
const forced = facts({ preconditions: [met, unmet], force: true });

describe('a transition', () => {
  const outcome = (from: CutoverState, to: CutoverState, given: TransitionFacts): string => {
    const judgement = judgeTransition(from, to, given);
    if (judgement.ok) return judgement.forced ? 'forced' : 'granted';
    return judgement.forceable ? 'refused, forceable' : 'refused';
  };
  const table: readonly (readonly [
    CutoverState,
    CutoverState,
    ready: string,
    unready: string,
    force: string,
  ])[] = [
    [state('legacy'), state('shadow'), 'refused', 'refused', 'refused'],
    [state('legacy'), state('rollout', 10), 'granted', 'refused, forceable', 'forced'],
    [state('legacy'), state('rollout', 0), 'granted', 'refused, forceable', 'forced'],
    [state('legacy'), state('live'), 'granted', 'refused, forceable', 'forced'],
    [state('legacy'), state('retired'), 'refused', 'refused', 'refused'],
    [state('legacy'), state('legacy', 0, { allow: ['a'] }), 'granted', 'granted', 'granted'],
    [state('shadow'), state('rollout', 1), 'granted', 'refused, forceable', 'forced'],
    [state('shadow'), state('legacy'), 'granted', 'granted', 'granted'],
    [state('rollout', 10), state('rollout', 20), 'granted', 'refused, forceable', 'forced'],
    [state('rollout', 20), state('rollout', 10), 'granted', 'granted', 'granted'],
    [state('rollout', 20), state('rollout', 20, { allow: ['a'] }), 'granted', 'granted', 'granted'],
    [state('rollout', 20), state('shadow'), 'refused', 'refused', 'refused'],
    [state('rollout', 100), state('live'), 'granted', 'refused, forceable', 'forced'],
    [state('rollout', 100), state('retired'), 'refused', 'refused', 'refused'],
    [state('live'), state('rollout', 50), 'granted', 'granted', 'granted'],
    [state('live'), state('retired'), 'granted', 'refused, forceable', 'forced'],
    [state('live'), state('legacy'), 'granted', 'granted', 'granted'],
    [state('retired'), state('legacy'), 'refused', 'refused', 'refused'],
    [state('retired'), state('live'), 'refused', 'refused', 'refused'],
    [state('retired'), state('retired', 100, { deny: ['a'] }), 'refused', 'refused', 'refused'],
  ];

  it.each(table)(
    'from %j to %j is %s if ready, %s if not, and %s by force',
    (from, to, ready, unready, force) => {
      expect(outcome(from, to, facts())).toBe(ready);
      expect(outcome(from, to, notReady)).toBe(unready);
      expect(outcome(from, to, forced)).toBe(force);
    },
  );

  it('says which precondition is not met, and what was found', () => {
    expect(judgeTransition(state('legacy'), state('live'), notReady)).toEqual({
      ok: false,
      reasons: ['seam-ready: the seam is at in-public'],
      forceable: true,
    });
  });

  it('is not forced where all that had to hold did', () => {
    expect(judgeTransition(state('legacy'), state('live'), facts({ force: true }))).toEqual({
      ok: true,
      forced: false,
    });
  });

  it('never goes to a service that is nowhere, not by force either', () => {
    expect(outcome(state('legacy'), state('rollout', 1), facts({ hasService: false, force: true }))).toBe(
      'refused',
    );
  });

  it('back to legacy is granted from every stage but retired, whatever holds', () => {
    fc.assert(
      fc.property(fc.constantFrom(...stages), fc.boolean(), fc.boolean(), (stage, hasService, ready) => {
        const given = facts({ hasService, preconditions: ready ? [met] : [unmet] });
        expect(judgeTransition(state(stage), state('legacy'), given).ok).toBe(stage !== 'retired');
      }),
      { seed: 1 },
    );
  });
});

describe('moving forward', () => {
  it.each([
    [state('legacy'), state('rollout', 0), true],
    [state('live'), state('retired'), true],
    [state('rollout', 10), state('rollout', 10.01), true],
    [state('rollout', 10), state('rollout', 10, { allow: ['a'] }), true],
    [state('rollout', 10, { deny: ['a'] }), state('rollout', 10), true],
    [state('rollout', 10), state('rollout', 10, { deny: ['a'] }), false],
    [state('rollout', 10), state('rollout', 9.99), false],
    [state('live'), state('rollout', 100), false],
    [state('live'), state('legacy', 0, { allow: ['a'] }), false],
  ])('from %j to %j: %s', (from, to, forward) => {
    expect(movesForward(from, to)).toBe(forward);
  });
});
