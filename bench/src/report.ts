/** Turns a result into the text that is printed at the end. */
import { countErrors, type FloorOutcome } from './floors.ts';
import type { FunctionFigures } from './functions/measure-functions.ts';
import {
  type BenchResult,
  findProxy,
  type Measured,
  type ProxyResult,
  type ScenarioResult,
} from './result.ts';
import { median, pairedRatio } from './statistics.ts';

/** Above this share of the proxies' core in other processes' hands, the report warns. */
const noisyShare = 0.1;

const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const ms = (us: number) => (us / 1_000).toFixed(us < 10_000 ? 2 : 1);
const times = (value: number) => `${value.toFixed(2)} ×`;

function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
}

function shown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '–' : format(value);
}

/** The first column is text, the others are figures. */
export function alignTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  ');
  return rows.map((row) => `  ${line(row).trimEnd()}`).join('\n');
}

function proxyRow(proxy: ProxyResult, base: ProxyResult | undefined, withRatio: boolean): string[] {
  const { rounds, label } = proxy;
  const rates = rounds.map((round) => round.requestsPerSecond);
  const ratio = pairedRatio(rates, base?.rounds.map((round) => round.requestsPerSecond) ?? []);
  const latency = (key: 'p50' | 'p90' | 'p99' | 'p999') => ms(median(rounds.map((r) => r.latencyUs[key])));
  const ratioCells = [
    ratio ? times(ratio.median) : '–',
    ratio && rounds.length > 1 ? `${ratio.lowest.toFixed(2)}–${ratio.highest.toFixed(2)}` : '–',
  ];
  return [
    label,
    count.format(median(rates)),
    ...(withRatio ? ratioCells : []),
    shown(medianOf(rounds.map((round) => round.cpuUsPerRequest)), (us) => us.toFixed(1)),
    ...[latency('p50'), latency('p90'), latency('p99'), latency('p999')],
    shown(rounds.at(-1)?.rssBytes, (bytes) => count.format(bytes / 2 ** 20)),
    count.format(rounds.reduce((total, round) => total + round.errors, 0)),
  ];
}

export function scenarioTable(scenario: ScenarioResult): string {
  const base = findProxy(scenario, scenario.base);
  const closedLoop = scenario.ratePerSecond === undefined;
  const ratioHeads = closedLoop ? [`× ${scenario.base}`, 'range'] : [];
  const heads = [
    '',
    'requests/s',
    ...ratioHeads,
    'CPU µs',
    'p50 ms',
    'p90',
    'p99',
    'p99.9',
    'RSS MB',
    'errors',
  ];
  const rounds = Math.max(...scenario.proxies.map((proxy) => proxy.rounds.length));
  const rate = closedLoop ? '' : `, ${count.format(scenario.ratePerSecond ?? 0)} requests/s offered`;
  return [
    `${scenario.name}: ${scenario.title}`,
    `  ${scenario.connections} connections${rate}; ${scenario.load}; ${rounds} × ${scenario.secondsPerRound} s${launchesText(scenario)}`,
    alignTable([heads, ...scenario.proxies.map((proxy) => proxyRow(proxy, base, closedLoop))]),
  ].join('\n');
}

function launchesText({ launches, proxies }: ScenarioResult): string {
  if (launches === undefined) return '';
  const most = Math.max(...proxies.map(({ rounds }) => rounds.length));
  const fewer = proxies.filter(({ rounds }) => rounds.length < most);
  const rest =
    fewer.length === 0
      ? ''
      : ` (${fewer.map(({ label }) => label).join(', ')}: one launch, ${fewer[0]?.rounds.length} rounds)`;
  return ` over ${launches} launches${rest}`;
}

export function floorLine({ beside, atLeast, outcome, measured, judgedBy }: FloorOutcome): string {
  const floor = `floor ${atLeast} × ${beside}:`;
  if (measured === undefined) return `${floor} not measured in this run`;
  const basis = judgedBy === 'requests/s' ? '' : ' by CPU per request, as a proxy could not run all the time';
  return `${floor} measured ${times(measured)}${basis}: ${outcome}`;
}

export function noiseWarning(scenarios: readonly ScenarioResult[]): string | undefined {
  const shares = scenarios
    .filter((scenario) => scenario.ratePerSecond === undefined)
    .flatMap(({ proxies }) => proxies.flatMap(({ rounds }) => rounds.map((round) => round.coreOthersShare)));
  const others = medianOf(shares);
  if (others === undefined || others <= noisyShare) return undefined;
  return `noise: other processes had ${(others * 100).toFixed(0)} % of the proxies' core in the middle round: requests/s and latencies are theirs as much as the proxies'; run it again when they are done`;
}

function preface({ machine, load, setups, leftOut }: Measured): string {
  return [
    `machine   ${machine.cores} cores, ${machine.processor}, ${machine.system}`,
    `node      ${machine.node}`,
    `load      ${load}`,
    `pinning   ${machine.pinning}`,
    ...setups.map(
      ({ label, version, settings }, n) =>
        `${n === 0 ? 'measured' : '        '}  ${label} ${version}: ${settings}`,
    ),
    ...leftOut.map((reason, n) => `${n === 0 ? 'left out' : '        '}  ${reason}`),
  ].join('\n');
}

function functionsTable(functions: readonly FunctionFigures[]): string | undefined {
  if (functions.length === 0) return undefined;
  const heads = ['', 'bundle KB', 'init ms', 'first call ms', 'warm ms', 'monolith ms', 'RSS MB'];
  const rows = functions.map(({ name, bundleBytes, initMs, firstCallMs, warm, maxMemoryMb }) => [
    name,
    count.format(bundleBytes / 1_024),
    ...[initMs, firstCallMs].map((value) => value.toFixed(0)),
    ...[warm.serviceMs, warm.monolithMs].map((value) => value.toFixed(2)),
    count.format(maxMemoryMb),
  ]);
  return [
    'functions: on the Lambda host, cold by first calls to new environments, warm by one call after the other',
    `  warm and monolith: GET /api/auth/me, medians of interleaved rounds; ${functions[0]?.coldStarts} cold starts`,
    alignTable([heads, ...rows]),
  ].join('\n');
}

export function reportText(result: BenchResult): string {
  const errors = countErrors(result.scenarios);
  return [
    preface(result),
    ...result.scenarios.map(scenarioTable),
    functionsTable(result.functions),
    [
      ...result.floors.map(floorLine),
      ...errors.map(
        ({ scenario, label, errors }) =>
          `errors: ${label} failed ${count.format(errors)} requests of ${scenario}`,
      ),
      noiseWarning(result.scenarios),
    ]
      .filter((line) => line !== undefined)
      .join('\n'),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');
}
