/**
 * What could rightly answer, worked out by clients alone: the states that were in force at each gateway, and when. The rules
 * are written out here a second time on purpose: an oracle that asks the product proves nothing.
 */
export type Side = 'legacy' | 'service';

export interface State {
  readonly stage: 'legacy' | 'rollout' | 'live';
  readonly rolloutPercent: number;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

export interface Sample {
  readonly gateway: number;
  readonly key: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** None if the request failed. */
  readonly side: Side | undefined;
  readonly status: number;
}

interface Era {
  readonly state: State;
  /** From when on it may rule: as soon as the change was asked for. */
  readonly from: number;
  /** When each gateway was first seen to follow it: from then on the states before it may not rule there. */
  readonly seenAt: (number | undefined)[];
}

export interface History {
  readonly current: () => State;
  readonly begin: (state: State, askedAt: number) => void;
  readonly seen: (gateway: number, at: number) => void;
  /** Whether a state that was in force at some moment of the request names the side that answered it. */
  readonly allows: (sample: Sample) => boolean;
}

export function sideOf(state: State, key: string, cohort: number): Side {
  if (state.stage === 'legacy' || state.deny.includes(key)) return 'legacy';
  if (state.stage === 'live' || state.allow.includes(key)) return 'service';
  return cohort < Math.round(state.rolloutPercent * 100) ? 'service' : 'legacy';
}

export function createHistory(first: State, gateways: number, cohortOf: (key: string) => number): History {
  const eras: Era[] = [
    { state: first, from: Number.NEGATIVE_INFINITY, seenAt: Array(gateways).fill(Number.NEGATIVE_INFINITY) },
  ];
  const last = () => eras.at(-1) as Era;

  return {
    current: () => last().state,
    begin: (state, askedAt) =>
      void eras.push({ state, from: askedAt, seenAt: Array(gateways).fill(undefined) }),
    seen(gateway, at) {
      last().seenAt[gateway] ??= at;
    },
    allows: ({ gateway, key, startedAt, endedAt, side }) =>
      eras.some(({ state, from }, index) => {
        const until = eras[index + 1]?.seenAt[gateway] ?? Number.POSITIVE_INFINITY;
        return from <= endedAt && startedAt <= until && sideOf(state, key, cohortOf(key)) === side;
      }),
  };
}
