/** What the gateway must reach, and whether it did. */
import type { ProxyName } from './proxies/measured-proxy.ts';
import { findProxy, type ProxyResult, type ScenarioResult } from './result.ts';
import { median, pairedRatio } from './statistics.ts';

export interface Floor {
  readonly beside: ProxyName;
  readonly atLeast: number;
}

export interface FloorOutcome extends Floor {
  readonly outcome: 'met' | 'missed' | 'inconclusive' | 'not measured';
  readonly measured?: number;
  readonly judgedBy?: 'requests/s' | 'CPU per request';
}

export const floors: readonly Floor[] = [
  { beside: 'express', atLeast: 2.5 },
  { beside: 'fastify', atLeast: 1.2 },
];

/**
 * A proxy that ran for less of the time than this waited: for the load or the upstream, or for other processes on its
 * core. Its requests/s then say what those did. The processor time of a request is the proxy's own either way.
 */
const leastBusyShare = 0.9;

function ranFreely({ rounds }: ProxyResult): boolean {
  return median(rounds.map(({ busyShare }) => busyShare ?? 0)) >= leastBusyShare;
}

/** With more of the core than this in other hands, caches are cold and code is compiled late: no figure is a proxy's own. */
const mostOthersShare = 0.25;

function wasCrowdedOut({ rounds }: ProxyResult): boolean {
  return median(rounds.map(({ coreOthersShare }) => coreOthersShare ?? 0)) > mostOthersShare;
}

function rateRatio(gateway: ProxyResult, peer: ProxyResult): number | undefined {
  const rates = ({ rounds }: ProxyResult) => rounds.map((round) => round.requestsPerSecond);
  return pairedRatio(rates(gateway), rates(peer))?.median;
}

/** The cheapest round of each: a neighbour in the processor's caches can make a request dearer and never cheaper. */
function cpuRatio(gateway: ProxyResult, peer: ProxyResult): number {
  const lowest = ({ rounds }: ProxyResult) =>
    Math.min(...rounds.map(({ cpuUsPerRequest = Number.POSITIVE_INFINITY }) => cpuUsPerRequest));
  return lowest(peer) / lowest(gateway);
}

/** Judged on the headline scenario, which is undefined when it was left out. */
export function judgeFloor(floor: Floor, headline: ScenarioResult | undefined): FloorOutcome {
  const gateway = headline && findProxy(headline, 'gateway');
  const peer = headline && findProxy(headline, floor.beside);
  if (gateway === undefined || peer === undefined) return { ...floor, outcome: 'not measured' };

  const byRate = ranFreely(gateway) && ranFreely(peer);
  const measured = byRate ? rateRatio(gateway, peer) : cpuRatio(gateway, peer);
  if (measured === undefined || !Number.isFinite(measured)) return { ...floor, outcome: 'not measured' };
  const judged = measured >= floor.atLeast ? 'met' : 'missed';
  return {
    ...floor,
    outcome: wasCrowdedOut(gateway) || wasCrowdedOut(peer) ? 'inconclusive' : judged,
    measured,
    judgedBy: byRate ? 'requests/s' : 'CPU per request',
  };
}

export interface ErrorCount {
  readonly scenario: string;
  readonly label: string;
  readonly errors: number;
}

/** A proxy that fails requests is fast for the wrong reason: one error anywhere and no ratio counts. */
export function countErrors(scenarios: readonly ScenarioResult[]): ErrorCount[] {
  return scenarios.flatMap((scenario) =>
    scenario.proxies
      .map(({ label, rounds }) => ({
        scenario: scenario.name,
        label,
        errors: rounds.reduce((total, round) => total + round.errors, 0),
      }))
      .filter(({ errors }) => errors > 0),
  );
}

export function isPassed(outcomes: readonly FloorOutcome[], scenarios: readonly ScenarioResult[]): boolean {
  return (
    outcomes.every(({ outcome }) => outcome === 'met' || outcome === 'not measured') &&
    countErrors(scenarios).length === 0
  );
}
