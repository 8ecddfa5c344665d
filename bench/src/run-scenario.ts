/** Rounds of one scenario, interleaved: each proxy once, then each again, so that all meet the same machine. */
import type { LoadGenerator, LoadSpec } from './load/load.ts';
import { measureRound } from './measure.ts';
import type { Cores } from './process/cores.ts';
import type { ProxyName } from './proxies/measured-proxy.ts';
import type { Round, ScenarioResult } from './result.ts';
import type { Scenario } from './scenarios.ts';
import type { RunningProxy } from './start-proxies.ts';

export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly proxies: readonly RunningProxy[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpRequests: number;
  readonly ratePerSecond?: number;
}

export interface ScenarioDeps {
  readonly load: LoadGenerator;
  readonly cores: Cores | undefined;
  readonly say: (line: string) => void;
}

/** As long as so many rounds at most: on a machine that is too slow for this, the first ones are slow for everyone. */
const longestWarmUpRounds = 6;

/** Counted in answers, not in seconds: a slow proxy needs as many as a fast one until its code is compiled. */
async function warmUp(load: LoadGenerator, spec: LoadSpec, requests: number): Promise<void> {
  const longestSeconds = spec.seconds * longestWarmUpRounds;
  const seconds = Math.min(1, longestSeconds);
  for (let answered = 0, spent = 0; answered < requests && spent < longestSeconds; spent += seconds) {
    answered += (await load.run({ ...spec, seconds })).requests;
  }
}

export async function runScenario(deps: ScenarioDeps, run: ScenarioRun): Promise<ScenarioResult> {
  const { scenario, proxies, rounds, seconds, ratePerSecond } = run;
  const { connections, requests } = scenario;
  const spec = (port: number): LoadSpec => ({ port, requests, connections, seconds, ratePerSecond });

  for (const { label, port } of proxies) {
    deps.say(`${scenario.name}: warming up ${label}`);
    await warmUp(deps.load, spec(port), run.warmUpRequests);
  }
  const measured = new Map<ProxyName, Round[]>(proxies.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, label, port, pid } of proxies) {
      const figures = await measureRound(deps, spec(port), pid);
      measured.get(name)?.push(figures);
      const rate = Math.round(figures.requestsPerSecond).toLocaleString('en-US');
      deps.say(`${scenario.name}: round ${round} of ${rounds}, ${label}: ${rate} requests/s`);
    }
  }
  return {
    name: scenario.name,
    title: scenario.title,
    base: scenario.base,
    connections,
    secondsPerRound: seconds,
    load: deps.load.description,
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    proxies: proxies.map(({ name, label }) => ({ name, label, rounds: measured.get(name) ?? [] })),
  };
}
