import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Choice, choices, chooseUpstream, type RequestFacts, type Side } from './choose-upstream.ts';
import { cohortOf } from './cohort.ts';
import { type Cutover, type Stage, stages, unmoved } from './cutover.ts';
import { buildSnapshot, type RoutedCutover, routedCutover } from './cutover-snapshot.ts';

/** What a request's facts are, for a test: given, not read. */
interface Facts {
  readonly tooLarge?: boolean;
  readonly override?: Side;
  readonly key?: string;
  readonly cohort?: number;
}

const facts: RequestFacts<Facts> = {
  isTooLarge: ({ tooLarge }) => tooLarge === true,
  override: ({ override }) => override,
  cohortKey: ({ key }) => key,
  cohort: ({ cohort }, key) => cohort ?? cohortOf('auth', key),
};

/** A request that asks for anything at all fails the test. */
const untouchable: RequestFacts<Facts> = {
  isTooLarge: () => fail(),
  override: () => fail(),
  cohortKey: () => fail(),
  cohort: () => fail(),
};

function fail(): never {
  throw new Error('a fact was read that does not matter');
}

function at(stage: Stage, rolloutPercent = 0, lists: Partial<Cutover> = {}): RoutedCutover {
  return routedCutover('auth', { ...unmoved, stage, rolloutPercent, version: 1, ...lists });
}

function chosen(cutover: RoutedCutover, request: Facts): string {
  const { side, reason } = chooseUpstream(cutover, request, facts);
  return `${side}: ${reason}`;
}

const lists = { allow: ['friend'], deny: ['foe'] };

describe('the side that answers', () => {
  const table: readonly (readonly [stage: Stage, percent: number, request: Facts, outcome: string])[] = [
    ['legacy', 0, {}, 'legacy: stage'],
    ['legacy', 0, { override: 'service' }, 'legacy: stage'],
    ['legacy', 0, { key: 'friend' }, 'legacy: stage'],
    ['legacy', 0, { tooLarge: true }, 'legacy: stage'],

    ['shadow', 0, {}, 'legacy: stage'],
    ['shadow', 0, { key: 'friend' }, 'legacy: stage'],
    ['shadow', 0, { override: 'service' }, 'service: override'],
    ['shadow', 0, { override: 'service', tooLarge: true }, 'legacy: too-large'],

    ['rollout', 0, { key: 'anyone', cohort: 0 }, 'legacy: cohort'],
    ['rollout', 0, { key: 'friend', cohort: 9999 }, 'service: allowed'],
    ['rollout', 0.01, { key: 'anyone', cohort: 0 }, 'service: cohort'],
    ['rollout', 0.01, { key: 'anyone', cohort: 1 }, 'legacy: cohort'],
    ['rollout', 50, { key: 'anyone', cohort: 4999 }, 'service: cohort'],
    ['rollout', 50, { key: 'anyone', cohort: 5000 }, 'legacy: cohort'],
    ['rollout', 99.99, { key: 'anyone', cohort: 9998 }, 'service: cohort'],
    ['rollout', 99.99, { key: 'anyone', cohort: 9999 }, 'legacy: cohort'],
    ['rollout', 100, { key: 'anyone', cohort: 9999 }, 'service: cohort'],
    ['rollout', 100, { key: 'foe', cohort: 0 }, 'legacy: denied'],
    ['rollout', 50, { key: 'foe', cohort: 0 }, 'legacy: denied'],
    ['rollout', 50, { key: 'friend', cohort: 9999 }, 'service: allowed'],
    ['rollout', 50, { key: 'friend', override: 'legacy' }, 'legacy: override'],
    ['rollout', 50, { key: 'foe', override: 'service' }, 'service: override'],
    ['rollout', 50, { key: 'friend', tooLarge: true }, 'legacy: too-large'],
    ['rollout', 50, { override: 'service', tooLarge: true }, 'legacy: too-large'],
    ['rollout', 99.99, {}, 'legacy: cohort'],
    ['rollout', 100, {}, 'service: cohort'],

    ['live', 100, { key: 'anyone' }, 'service: stage'],
    ['live', 100, {}, 'service: stage'],
    ['live', 100, { key: 'friend' }, 'service: allowed'],
    ['live', 100, { key: 'foe' }, 'legacy: denied'],
    ['live', 100, { key: 'foe', override: 'service' }, 'service: override'],
    ['live', 100, { override: 'legacy' }, 'legacy: override'],
    ['live', 100, { tooLarge: true }, 'legacy: too-large'],

    ['retired', 100, {}, 'service: stage'],
    ['retired', 100, { key: 'foe' }, 'service: stage'],
    ['retired', 100, { override: 'legacy' }, 'service: stage'],
    ['retired', 100, { tooLarge: true }, 'service: stage'],
  ];

  it.each(table)('at %s %d %%, of %j, is %s', (stage, percent, request, outcome) => {
    expect(chosen(at(stage, percent, lists), request)).toBe(outcome);
  });

  it('is denied to who is on both lists', () => {
    expect(chosen(at('rollout', 50, { allow: ['a'], deny: ['a'] }), { key: 'a', cohort: 0 })).toBe(
      'legacy: denied',
    );
  });

  it('asks nothing of a request at legacy and at retired', () => {
    const request = { override: 'service', key: 'friend' } as const;
    expect(chooseUpstream(at('legacy', 0, lists), request, untouchable)).toBe(choices.legacyStage);
    expect(chooseUpstream(at('retired', 100, lists), request, untouchable)).toBe(choices.serviceStage);
  });

  it.each([
    ['rollout', 0],
    ['rollout', 100],
    ['live', 100],
  ] as const)('does not ask who it is at %s %d %% without lists', (stage, percent) => {
    const anonymous = { ...facts, cohortKey: fail, cohort: fail };
    expect(() => chooseUpstream(at(stage, percent), {}, anonymous)).not.toThrow();
  });

  it('is one of a few frozen choices, so that choosing allocates nothing', () => {
    const every = new Set<Choice>([
      ...[choices.unclaimed, choices.legacyStage, choices.serviceStage, choices.tooLarge],
      ...[choices.denied, choices.allowed, choices.override.legacy, choices.override.service],
      ...[choices.cohort.legacy, choices.cohort.service],
    ]);
    fc.assert(
      fc.property(anyCutover, anyRequest, (cutover, request) => {
        const choice = chooseUpstream(cutover, request, facts);
        expect(every.has(choice) && Object.isFrozen(choice)).toBe(true);
      }),
      { seed: 3 },
    );
  });

  it('depends on nothing but the cutover and the request', () => {
    fc.assert(
      fc.property(anyCutover, anyRequest, (cutover, request) => {
        expect(chooseUpstream(cutover, request, facts)).toBe(
          chooseUpstream({ ...cutover }, { ...request }, facts),
        );
      }),
      { seed: 4 },
    );
  });

  it('moves callers to the service alone where the percent grows, and only back where it shrinks', () => {
    fc.assert(
      fc.property(percent, percent, anyRequest, (a, b, request) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        const before = chooseUpstream(at('rollout', less, lists), request, facts).side;
        const after = chooseUpstream(at('rollout', more, lists), request, facts).side;
        expect([before, after]).not.toEqual(['service', 'legacy']);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('brings everyone back at legacy, whoever they are', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(chosen(at('legacy', 0, lists), request)).toBe('legacy: stage');
      }),
      { seed: 6 },
    );
  });
});

describe('a snapshot', () => {
  it('holds every cutover in the form that requests are judged by', () => {
    const cutovers = new Map([
      ['auth', { ...unmoved, stage: 'rollout', rolloutPercent: 33.33, ...lists } as const],
    ]);
    const { routed, cutovers: kept } = buildSnapshot(cutovers);
    expect(kept).toBe(cutovers);
    expect(routed.get('auth')).toMatchObject({ threshold: 3333, splits: true, readsKey: true });
    expect(Object.isFrozen(routed.get('auth'))).toBe(true);
  });
});

const percent = fc.nat(10_000).map((hundredths) => hundredths / 100);
const anyCutover = fc
  .tuple(fc.constantFrom(...stages), percent, fc.boolean())
  .map(([stage, rolloutPercent, listed]) =>
    at(
      stage,
      stage === 'rollout' ? rolloutPercent : stage === 'live' || stage === 'retired' ? 100 : 0,
      listed ? lists : {},
    ),
  );
const anyRequest: fc.Arbitrary<Facts> = fc.record(
  {
    tooLarge: fc.boolean(),
    override: fc.constantFrom('legacy', 'service'),
    key: fc.oneof(fc.constantFrom('friend', 'foe'), fc.uuid()),
  },
  { requiredKeys: [] },
);
