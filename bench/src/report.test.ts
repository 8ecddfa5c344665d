import { describe, expect, it } from '@jest/globals';
import { alignTable, floorLine, noiseWarning, reportText, scenarioTable } from './report.ts';
import type { BenchResult, Round, ScenarioResult } from './result.ts';

const latencyUs = { p50: 400, p90: 900, p99: 12_345, p999: 40_000 };

function round(requestsPerSecond: number, more: Partial<Round> = {}): Round {
  return { requests: 1, requestsPerSecond, errors: 0, latencyUs, ...more };
}

const scenario: ScenarioResult = {
  name: 'json',
  title: '1 KB JSON, GET',
  base: 'express',
  connections: 32,
  secondsPerRound: 2,
  load: 'wrk, 1 thread',
  proxies: [
    { name: 'direct', label: 'direct', rounds: [round(60_000), round(62_000)] },
    { name: 'express', label: 'Express', rounds: [round(8_000), round(4_000)] },
    {
      name: 'gateway',
      label: 'gateway',
      rounds: [
        round(24_000, { cpuUsPerRequest: 40, rssBytes: 80 * 2 ** 20 }),
        round(8_000, { cpuUsPerRequest: 42, rssBytes: 90 * 2 ** 20, errors: 3 }),
      ],
    },
  ],
};

/** The cells of the row that begins with `label`. */
function cells(table: string, label: string): string[] {
  const row = table.split('\n').find((line) => line.trim().startsWith(label)) ?? '';
  return row.trim().split(/ {2,}/);
}

describe('table', () => {
  it('lines up figures on the right and names on the left', () => {
    const table = alignTable([
      ['', 'rate'],
      ['a', '1'],
      ['longer', '1,000'],
    ]);
    expect(table.split('\n')).toEqual(['           rate', '  a           1', '  longer  1,000']);
  });
});

describe('scenario table', () => {
  it('shows medians, the ratio of paired rounds with its range, cost, memory after the last round and all errors', () => {
    expect(cells(scenarioTable(scenario), 'gateway')).toEqual([
      ...['gateway', '16,000', '2.50 ×', '2.00–3.00', '41.0', '0.40', '0.90', '12.3', '40.0', '90', '3'],
    ]);
  });

  it('shows a dash for what direct does not have', () => {
    expect(cells(scenarioTable(scenario), 'direct').filter((cell) => cell === '–')).toHaveLength(2);
  });

  it('shows a dash for the ratio when the base was left out', () => {
    const alone = { ...scenario, proxies: scenario.proxies.slice(2) };
    expect(cells(scenarioTable(alone), 'gateway').slice(2, 4)).toEqual(['–', '–']);
  });

  it('gives no ratio of requests at a fixed rate, where all do what is offered', () => {
    const table = scenarioTable({ ...scenario, ratePerSecond: 9_000 });
    expect(table).toContain('9,000 requests/s offered');
    expect(table).not.toContain('×  express');
    expect(cells(table, 'gateway')).toHaveLength(9);
  });
});

describe('floor line', () => {
  it('says what was asked, what was measured, by what, and whether it is met', () => {
    const floor = { beside: 'express', atLeast: 2.5 } as const;
    expect(floorLine({ ...floor, outcome: 'met', measured: 2.834, judgedBy: 'requests/s' })).toBe(
      'floor 2.5 × express: measured 2.83 ×: met',
    );
    expect(floorLine({ ...floor, outcome: 'missed', measured: 2, judgedBy: 'CPU per request' })).toBe(
      'floor 2.5 × express: measured 2.00 × by CPU per request, as a proxy could not run all the time: missed',
    );
    expect(floorLine({ ...floor, outcome: 'not measured' })).toBe(
      'floor 2.5 × express: not measured in this run',
    );
  });
});

describe('noise warning', () => {
  const shared = (share: number): ScenarioResult => ({
    ...scenario,
    proxies: [{ name: 'gateway', label: 'gateway', rounds: [round(1, { coreOthersShare: share })] }],
  });

  it('appears when other processes had much of the core', () => {
    expect(noiseWarning([shared(0.3)])).toContain('30 %');
  });

  it('does not appear on a quiet machine, or where nobody could tell', () => {
    expect(noiseWarning([shared(0.05)])).toBeUndefined();
    expect(noiseWarning([scenario])).toBeUndefined();
  });
});

describe('report', () => {
  it('names the machine, the settings of each proxy, what was left out, every floor and every failure', () => {
    const result: BenchResult = {
      machine: { processor: 'P', cores: 2, system: 'Linux', node: 'v24.0.0', pinning: 'none' },
      load: 'wrk, 1 thread',
      setups: [{ name: 'express', label: 'Express', version: '5.3.0', settings: 'no log' }],
      leftOut: ['nginx: not installed here'],
      scenarios: [scenario],
      floors: [{ beside: 'express', atLeast: 2.5, outcome: 'met', measured: 2.6, judgedBy: 'requests/s' }],
      functions: [
        {
          name: 'auth',
          bundleBytes: 2_000 * 1_024,
          coldStarts: 7,
          initMs: 240.4,
          firstCallMs: 400,
          maxMemoryMb: 150,
          warm: { serviceMs: 2.5, monolithMs: 1.25 },
        },
      ],
    };
    const text = reportText(result);
    expect(text).toMatch(/auth +2,000 +240 +400 +2\.50 +1\.25 +150/);
    expect(reportText({ ...result, functions: [] })).not.toContain('functions:');
    for (const part of [
      '2 cores, P',
      'v24.0.0',
      'Express 5.3.0: no log',
      'nginx: not installed here',
      ': met',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain('errors: gateway failed 3 requests of json');
  });
});
