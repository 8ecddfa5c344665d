import { parseArgs } from 'node:util';
import { type ProxyName, proxyNames } from './proxies/measured-proxy.ts';
import { type ScenarioName, scenarioNames } from './scenarios.ts';

export interface BenchConfig {
  readonly help: boolean;
  readonly quick: boolean;
  readonly proxies: readonly ProxyName[];
  readonly scenarios: readonly ScenarioName[];
  /** Whether the services' functions are measured, which takes the whole waitlist. */
  readonly functions: boolean;
  readonly jsonFile?: string;
  /** Undefined takes wrk where it is installed. */
  readonly load?: 'wrk' | 'own';
  readonly rounds?: number;
  readonly seconds?: number;
  /** Where the proxies' commands are found: all that they get of this process's environment. */
  readonly commandPath: string;
}

export type ParsedConfig =
  | { readonly ok: true; readonly config: BenchConfig }
  | { readonly ok: false; readonly faults: readonly string[] };

export const usage = `npm run bench -- [options]

Measures the gateway beside its peers, and functions cold and warm, on this machine. Takes about six minutes.

  --quick          a ninth of the rounds, of a second each, and one launch: a minute, and noisier
  --only NAMES     only these proxies and scenarios, or functions, separated by commas
                   proxies    ${proxyNames.join(' ')}
                   scenarios  ${scenarioNames.join(' ')}
                   functions  the services, cold and warm; alone, no proxy is measured
  --json FILE      write the whole result, every round, to FILE
  --load wrk|own   which load generator (default: wrk where installed, else our own)
  --rounds N       rounds of each scenario
  --seconds S      seconds of each round (wrk takes whole ones)
  --help           print this

Exit codes: 0 every measured floor is met, 1 one is missed or inconclusive, or requests failed, 2 wrong usage.
`;

const isProxy = (name: string): name is ProxyName => proxyNames.some((known) => known === name);
const isScenario = (name: string): name is ScenarioName => scenarioNames.some((known) => known === name);

const functionsName = 'functions';

/** Names of one kind alone leave the other kind whole. */
function readOnly(
  only: string | undefined,
  faults: string[],
): Pick<BenchConfig, 'proxies' | 'scenarios' | 'functions'> {
  const names = (only ?? '').split(',').filter((name) => name !== '');
  if (only !== undefined && names.length === 0) faults.push('--only: names nothing');
  for (const name of names) {
    if (!isProxy(name) && !isScenario(name) && name !== functionsName)
      faults.push(`--only: there is no proxy or scenario "${name}"`);
  }
  const functions = names.length === 0 || names.includes(functionsName);
  if (names.length > 0 && names.every((name) => name === functionsName))
    return { proxies: [], scenarios: [], functions };
  const proxies = names.filter(isProxy);
  const scenarios = names.filter(isScenario);
  return {
    proxies: proxies.length > 0 ? proxies : proxyNames,
    scenarios: scenarios.length > 0 ? scenarios : scenarioNames,
    functions,
  };
}

function readNumber(
  name: string,
  text: string | undefined,
  most: number,
  faults: string[],
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0 && value <= most) return value;
  faults.push(`--${name}: "${text}" is not a number above 0 and up to ${most}`);
  return undefined;
}

function readRounds(text: string | undefined, faults: string[]): number | undefined {
  const rounds = readNumber('rounds', text, 100, faults);
  if (rounds === undefined || Number.isInteger(rounds)) return rounds;
  faults.push(`--rounds: "${text}" is not a whole number`);
  return undefined;
}

function readLoad(text: string | undefined, faults: string[]): 'wrk' | 'own' | undefined {
  if (text === undefined || text === 'wrk' || text === 'own') return text;
  faults.push(`--load: "${text}" is neither wrk nor own`);
  return undefined;
}

function readOptions(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      json: { type: 'string' },
      load: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
    },
  }).values;
}

/** Every fault is reported, not the first alone. */
export function parseConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): ParsedConfig {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args);
  } catch (error) {
    return { ok: false, faults: [error instanceof Error ? error.message : String(error)] };
  }
  const faults: string[] = [];
  const load = readLoad(options.load, faults);
  const rounds = readRounds(options.rounds, faults);
  const seconds = readNumber('seconds', options.seconds, 60, faults);
  const names = readOnly(options.only, faults);
  if (faults.length > 0) return { ok: false, faults };
  const config: BenchConfig = {
    help: options.help,
    quick: options.quick,
    ...names,
    commandPath: env.PATH ?? '',
    ...(options.json === undefined ? {} : { jsonFile: options.json }),
    ...(load === undefined ? {} : { load }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(seconds === undefined ? {} : { seconds }),
  };
  return { ok: true, config };
}
