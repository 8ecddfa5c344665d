/** The whole run: start everything, measure scenario by scenario. Ending what was started is the caller's. */
import type { BenchConfig } from './config.ts';
import type { LoadGenerator } from './load/load.ts';
import { createOwnLoad } from './load/own.ts';
import { createWrkLoad } from './load/wrk.ts';
import { describeMachine } from './machine.ts';
import type { Children } from './process/children.ts';
import { type Cores, divideCores, readAllowedCores } from './process/cores.ts';
import { allProxies } from './proxies/all-proxies.ts';
import { commandVersion } from './proxies/installed-version.ts';
import type { MeasuredProxy, ProxyName } from './proxies/measured-proxy.ts';
import { findProxy, joinLaunches, type Measured, type ProxySetup, type ScenarioResult } from './result.ts';
import { runScenario, type ScenarioRun } from './run-scenario.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { checkAnswers, type RunningProxy, startProxy, startUpstream } from './start-proxies.ts';
import { median } from './statistics.ts';

/** What half load is when the headline, which would tell, was left out. */
const fallbackHalfLoadPerSecond = 5_000;

export interface BenchDeps {
  readonly children: Children;
  readonly folder: string;
  readonly say: (line: string) => void;
}

interface Installed {
  readonly proxies: readonly MeasuredProxy[];
  readonly setups: readonly ProxySetup[];
  readonly leftOut: readonly string[];
}

async function findCores(): Promise<Cores | undefined> {
  const hasTaskset = (await commandVersion('taskset', ['--version'])) !== undefined;
  return hasTaskset ? divideCores(await readAllowedCores()) : undefined;
}

async function chooseLoad(
  config: BenchConfig,
  deps: BenchDeps,
  own: LoadGenerator,
  cores: string | undefined,
) {
  if (config.load === 'own') return own;
  if ((await commandVersion('wrk', ['-v'])) !== undefined) return createWrkLoad({ ...deps, cores });
  if (config.load === 'wrk') throw new Error('wrk is not installed');
  return own;
}

async function findInstalled(wanted: readonly MeasuredProxy[]): Promise<Installed> {
  const proxies: MeasuredProxy[] = [];
  const setups: ProxySetup[] = [];
  const leftOut: string[] = [];
  for (const proxy of wanted) {
    const { name, label, settings } = proxy;
    const version = await proxy.version();
    if (version === undefined) {
      leftOut.push(`${label}: not installed here`);
    } else {
      proxies.push(proxy);
      setups.push({ name, label, version, settings });
    }
  }
  return { proxies, setups, leftOut };
}

/** Half of what the gateway did at full load: the same for all, so that their latencies compare. */
function halfLoad(finished: readonly ScenarioResult[]): number {
  const headline = finished.find(({ name }) => name === 'json');
  const gateway = headline && findProxy(headline, 'gateway');
  if (gateway === undefined) return fallbackHalfLoadPerSecond;
  return Math.round(median(gateway.rounds.map((round) => round.requestsPerSecond)) / 2);
}

/** What `--quick` divides the rounds by. */
const quickPart = 9;

function lengthOf(
  config: BenchConfig,
  scenario: Scenario,
): Pick<ScenarioRun, 'rounds' | 'seconds' | 'warmUpRequests'> & { readonly launches: number } {
  const seconds = config.seconds ?? (config.quick ? 1 : scenario.secondsPerRound);
  const rounds = config.rounds ?? (config.quick ? Math.ceil(scenario.rounds / quickPart) : scenario.rounds);
  const launches = config.quick ? 1 : Math.min(scenario.launches?.count ?? 1, rounds);
  return {
    launches,
    rounds: Math.ceil(rounds / launches),
    seconds,
    warmUpRequests: config.quick ? scenario.warmUpRequests / 2 : scenario.warmUpRequests,
  };
}

export async function runBench(config: BenchConfig, deps: BenchDeps): Promise<Measured> {
  const cores = await findCores();
  const own = createOwnLoad({ children: deps.children, cores: cores?.load });
  const load = await chooseLoad(config, deps, own, cores?.load);

  const chosen = scenarios.filter(({ name }) => config.scenarios.includes(name));
  const takesPart = (name: MeasuredProxy['name']) =>
    config.proxies.includes(name) && chosen.some((scenario) => scenario.proxies.includes(name));
  const installed = await findInstalled(allProxies.filter(({ name }) => takesPart(name)));

  deps.say('starting the upstream');
  const upstreamPort = await startUpstream({ ...deps, cores });
  const running = new Map<ProxyName, RunningProxy>();
  const launch = async (proxy: MeasuredProxy) => {
    await running.get(proxy.name)?.end();
    deps.say(`starting ${proxy.label}`);
    running.set(proxy.name, await startProxy({ ...deps, cores }, proxy, upstreamPort));
  };
  for (const proxy of installed.proxies) await launch(proxy);

  const finished: ScenarioResult[] = [];
  for (const scenario of chosen) {
    const takingPart = scenario.proxies.filter((name) => running.has(name));
    if (takingPart.length === 0) continue;
    const { launches, ...length } = lengthOf(config, scenario);
    const rate = scenario.atHalfLoad ? { ratePerSecond: halfLoad(finished) } : {};
    const scenarioDeps = { load: scenario.atHalfLoad ? own : load, cores, say: deps.say };
    const parts: ScenarioResult[] = [];
    for (let nth = 1; nth <= launches; nth += 1) {
      const names =
        nth === 1 ? takingPart : takingPart.filter((name) => scenario.launches?.of.includes(name));
      if (nth > 1) {
        deps.say(`${scenario.name}: launch ${nth} of ${launches}`);
        for (const proxy of installed.proxies) if (names.includes(proxy.name)) await launch(proxy);
      }
      const proxies = names.map((name) => running.get(name)).filter((proxy) => proxy !== undefined);
      for (const proxy of proxies) await checkAnswers(proxy, upstreamPort, scenario.requests);
      parts.push(await runScenario(scenarioDeps, { scenario, proxies, ...length, ...rate }));
    }
    finished.push(joinLaunches(parts));
  }
  return {
    machine: describeMachine(cores),
    load: load.description,
    setups: installed.setups,
    leftOut: installed.leftOut,
    scenarios: finished,
  };
}
