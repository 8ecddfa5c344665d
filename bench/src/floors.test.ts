import { describe, expect, it } from '@jest/globals';
import { countErrors, isPassed, judgeFloor } from './floors.ts';
import type { ProxyName } from './proxies/measured-proxy.ts';
import type { Round, ScenarioResult } from './result.ts';

const latencyUs = { p50: 1, p90: 2, p99: 3, p999: 4 };

function round(requestsPerSecond: number, cpuUsPerRequest: number, more: Partial<Round> = {}): Round {
  return { requests: 1, requestsPerSecond, cpuUsPerRequest, busyShare: 0.98, errors: 0, latencyUs, ...more };
}

function headline(rounds: Partial<Record<ProxyName, Round[]>>): ScenarioResult {
  const proxies = (Object.entries(rounds) as [ProxyName, Round[]][]).map(([name, own]) => ({
    name,
    label: name,
    rounds: own,
  }));
  return {
    name: 'json',
    title: 'json',
    base: 'express',
    connections: 32,
    secondsPerRound: 2,
    load: 'wrk',
    proxies,
  };
}

const floor = { beside: 'express', atLeast: 2.5 } as const;

describe('floor', () => {
  it('is met at the floor itself and missed below it', () => {
    const express = [round(1_000, 100)];
    expect(judgeFloor(floor, headline({ express, gateway: [round(2_500, 40)] })).outcome).toBe('met');
    expect(judgeFloor(floor, headline({ express, gateway: [round(2_499, 40)] })).outcome).toBe('missed');
  });

  it('is judged by requests per second, round by round', () => {
    const scenario = headline({
      express: [round(1_000, 100), round(500, 100), round(1_000, 100)],
      gateway: [round(3_000, 100), round(1_500, 100), round(100, 100)],
    });
    expect(judgeFloor(floor, scenario)).toMatchObject({
      outcome: 'met',
      measured: 3,
      judgedBy: 'requests/s',
    });
  });

  it.each([
    ['the gateway', 0.6, 0.99],
    ['its peer', 0.99, 0.6],
  ])(
    "is judged by the cheapest rounds' processor time once %s waited for the load, or for others on its core",
    (_, gateway, express) => {
      const scenario = headline({
        express: [round(1_000, 90, { busyShare: express })],
        gateway: [round(1_500, 30, { busyShare: gateway })],
      });
      expect(judgeFloor(floor, scenario)).toMatchObject({
        outcome: 'met',
        measured: 3,
        judgedBy: 'CPU per request',
      });
    },
  );

  it('takes no notice of a round in which nothing was answered', () => {
    const { cpuUsPerRequest: _, ...silent } = round(0, 0, { busyShare: 0 });
    const scenario = headline({ express: [silent, round(1_000, 90)], gateway: [round(3_000, 30), silent] });
    expect(judgeFloor(floor, scenario)).toMatchObject({ measured: 3, judgedBy: 'CPU per request' });
    expect(judgeFloor(floor, headline({ express: [silent], gateway: [silent] })).outcome).toBe(
      'not measured',
    );
  });

  it('is inconclusive, whatever the figures, when other processes had much of the core of either', () => {
    const crowded = { busyShare: 0.5, coreOthersShare: 0.4 };
    const quiet = headline({ express: [round(1_000, 90)], gateway: [round(3_000, 30)] });
    const noisyPeer = headline({ express: [round(1_000, 90, crowded)], gateway: [round(3_000, 30)] });
    const noisyGateway = headline({ express: [round(1_000, 90)], gateway: [round(900, 90, crowded)] });
    expect([quiet, noisyPeer, noisyGateway].map((scenario) => judgeFloor(floor, scenario).outcome)).toEqual([
      ...['met', 'inconclusive', 'inconclusive'],
    ]);
  });

  it('is not measured, and not missed, when one side was left out', () => {
    expect(judgeFloor(floor, undefined).outcome).toBe('not measured');
    expect(judgeFloor(floor, headline({ express: [round(1, 1)] })).outcome).toBe('not measured');
    expect(judgeFloor(floor, headline({ gateway: [round(1, 1)] })).outcome).toBe('not measured');
  });
});

describe('run', () => {
  const met = { ...floor, outcome: 'met', measured: 3, judgedBy: 'requests/s' } as const;

  it('passes when every floor is met and nothing failed', () => {
    expect(
      isPassed([met, { ...floor, outcome: 'not measured' }], [headline({ gateway: [round(1, 1)] })]),
    ).toBe(true);
  });

  it('fails on one floor that is missed, or that nobody can tell', () => {
    expect(isPassed([met, { ...met, outcome: 'missed' }], [])).toBe(false);
    expect(isPassed([met, { ...met, outcome: 'inconclusive' }], [])).toBe(false);
  });

  it('fails on errors of any proxy, and names where', () => {
    const scenarios = [headline({ nginx: [round(1, 1, { errors: 2 }), round(1, 1, { errors: 1 })] })];
    expect(isPassed([met], scenarios)).toBe(false);
    expect(countErrors(scenarios)).toEqual([{ scenario: 'json', label: 'nginx', errors: 3 }]);
  });
});
