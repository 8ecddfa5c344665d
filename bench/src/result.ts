/** What a run found: written by `--json` as it is, and all that the table and the floors are made from. */
import type { FloorOutcome } from './floors.ts';
import type { FunctionFigures } from './functions/measure-functions.ts';
import type { Percentiles } from './load/load.ts';
import type { ProxyName } from './proxies/measured-proxy.ts';
import type { ScenarioName } from './scenarios.ts';

export interface Round {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly errors: number;
  readonly latencyUs: Percentiles;
  /** Processor time of the proxy's processes; undefined for direct, which has none, and where nothing was answered. */
  readonly cpuUsPerRequest?: number;
  readonly rssBytes?: number;
  /** Share of the round in which the proxy ran: 1 is one core, all of the time. */
  readonly busyShare?: number;
  /** Share of the proxy's core that went to others, the kernel's interrupts too. Known on Linux, when pinned. */
  readonly coreOthersShare?: number;
}

export interface ProxyResult {
  readonly name: ProxyName;
  readonly label: string;
  readonly rounds: readonly Round[];
}

export interface ScenarioResult {
  readonly name: ScenarioName;
  readonly title: string;
  readonly base: ProxyName;
  readonly connections: number;
  readonly secondsPerRound: number;
  /** How many processes of a proxy shared its rounds, where that is more than one; not every proxy has so many. */
  readonly launches?: number;
  readonly load: string;
  readonly ratePerSecond?: number;
  readonly proxies: readonly ProxyResult[];
}

export interface ProxySetup {
  readonly name: ProxyName;
  readonly label: string;
  readonly version: string;
  readonly settings: string;
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  readonly pinning: string;
}

export interface Measured {
  readonly machine: Machine;
  readonly load: string;
  readonly setups: readonly ProxySetup[];
  readonly leftOut: readonly string[];
  readonly scenarios: readonly ScenarioResult[];
}

export interface BenchResult extends Measured {
  readonly floors: readonly FloorOutcome[];
  /** None where they were left out. */
  readonly functions: readonly FunctionFigures[];
}

export function findProxy(scenario: ScenarioResult, name: ProxyName): ProxyResult | undefined {
  return scenario.proxies.find((proxy) => proxy.name === name);
}

/** The rounds of all launches, in their order: a pair is still one of the same moment. */
export function joinLaunches(parts: readonly ScenarioResult[]): ScenarioResult {
  const [first, ...others] = parts;
  if (first === undefined) throw new Error('a scenario needs one launch at least');
  return {
    ...first,
    ...(others.length === 0 ? {} : { launches: parts.length }),
    proxies: first.proxies.map((proxy) => ({
      ...proxy,
      rounds: [proxy, ...others.map((part) => findProxy(part, proxy.name))].flatMap((it) => it?.rounds ?? []),
    })),
  };
}
