import { describe, expect, it } from '@jest/globals';
import { createHistory, type Sample, type Side, type State, sideOf } from './history.ts';

const legacy: State = { stage: 'legacy', rolloutPercent: 0, allow: [], deny: [] };
const tenth: State = { ...legacy, stage: 'rollout', rolloutPercent: 10 };
const live: State = { ...legacy, stage: 'live', rolloutPercent: 100 };

describe('the side that a state names', () => {
  it.each<[string, State, string, number, Side]>([
    [
      'legacy answers all at legacy, even those who are allowed',
      { ...legacy, allow: ['ada'] },
      'ada',
      0,
      'legacy',
    ],
    ['the service answers the cohorts below the percent', tenth, 'ada', 999, 'service'],
    ['legacy answers the others', tenth, 'ada', 1_000, 'legacy'],
    ['a percent to the hundredth counts', { ...tenth, rolloutPercent: 0.29 }, 'ada', 28, 'service'],
    ['who is allowed is answered by the service', { ...tenth, allow: ['ada'] }, 'ada', 9_999, 'service'],
    ['who is denied is answered by legacy, even when live', { ...live, deny: ['ada'] }, 'ada', 0, 'legacy'],
    ['denied wins over allowed', { ...tenth, allow: ['ada'], deny: ['ada'] }, 'ada', 0, 'legacy'],
  ])('%s', (_, state, key, cohort, side) => {
    expect(sideOf(state, key, cohort)).toBe(side);
  });
});

describe('a history of states', () => {
  // One change, asked for at 100 and seen by gateway 0 at 110; gateway 1 is not seen to follow it.
  const history = createHistory(legacy, 2, () => 0);
  history.begin(live, 100);
  history.seen(0, 110);
  const sample = (gateway: number, startedAt: number, endedAt: number, side: Side): Sample => ({
    gateway,
    key: 'ada',
    startedAt,
    endedAt,
    side,
    status: 200,
  });

  it.each<[string, Sample, boolean]>([
    ['the old side before the change', sample(0, 50, 60, 'legacy'), true],
    ['the new side before anyone asked for it', sample(0, 50, 60, 'service'), false],
    ['the new side for a request that was under way', sample(0, 90, 101, 'service'), true],
    [
      'the old side for a request that began before the gateway followed',
      sample(0, 109, 300, 'legacy'),
      true,
    ],
    ['the old side after the gateway had followed', sample(0, 111, 120, 'legacy'), false],
    ['the old side at a gateway that has not followed yet', sample(1, 111, 120, 'legacy'), true],
    ['no side', { ...sample(1, 111, 120, 'legacy'), side: undefined }, false],
  ])('judges %s', (_, given, allowed) => {
    expect(history.allows(given)).toBe(allowed);
  });
});
