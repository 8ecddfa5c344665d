import { describe, expect, it } from '@jest/globals';
import { joinLaunches, type ProxyResult, type ScenarioResult } from './result.ts';

const latencyUs = { p50: 1, p90: 2, p99: 3, p999: 4 };
const proxy = (name: 'nginx' | 'gateway', ...rates: number[]): ProxyResult => ({
  name,
  label: name,
  rounds: rates.map((requestsPerSecond) => ({ requests: 1, requestsPerSecond, errors: 0, latencyUs })),
});
const part = (...proxies: ProxyResult[]): ScenarioResult => ({
  name: 'json',
  title: 'json',
  base: 'express',
  connections: 32,
  secondsPerRound: 1,
  load: 'wrk',
  proxies,
});

describe('the launches of a scenario', () => {
  it('become one result, with the rounds in their order and those that were launched once beside them', () => {
    const first = part(proxy('nginx', 9), proxy('gateway', 1, 2));
    expect(joinLaunches([first, part(proxy('gateway', 3, 4))])).toEqual({
      ...part(proxy('nginx', 9), proxy('gateway', 1, 2, 3, 4)),
      launches: 2,
    });
  });

  it('of which there is one are that one', () => {
    const only = part(proxy('gateway', 1));
    expect(joinLaunches([only])).toEqual(only);
  });
});
