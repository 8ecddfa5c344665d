/** Composition root of `npm run bench`: reads the options, runs, prints, and leaves no process behind. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseConfig, usage } from './config.ts';
import { floors, isPassed, judgeFloor } from './floors.ts';
import { measureFunctions } from './functions/measure-functions.ts';
import { createChildren } from './process/children.ts';
import { reportText } from './report.ts';
import type { BenchResult } from './result.ts';
import { runBench } from './run-bench.ts';

const interruptions = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Progress goes to stderr, so that what stdout is piped into gets the report alone. */
const say = (line: string) => process.stderr.write(`${line}\n`);

async function main(args: readonly string[]): Promise<number> {
  const parsed = parseConfig(args);
  if (!parsed.ok) {
    for (const fault of parsed.faults) say(`bench: ${fault}`);
    say('bench: --help lists the options');
    return 2;
  }
  const { config } = parsed;
  if (config.help) {
    process.stdout.write(usage);
    return 0;
  }

  const children = createChildren({ PATH: config.commandPath, NODE_ENV: 'production' });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'banyan-bench-'));
  const cleanUp = async () => {
    await children.endAll();
    await rm(folder, { recursive: true, force: true });
  };
  for (const [signal, code] of Object.entries(interruptions)) {
    process.once(signal, () => {
      say('bench: ending');
      void cleanUp().finally(() => process.exit(code));
    });
  }

  try {
    const measured = await runBench(config, { children, folder, say });
    const functions = config.functions ? await measureFunctions(children, say) : [];
    const headline = measured.scenarios.find(({ name }) => name === 'json');
    const outcomes = floors.map((floor) => judgeFloor(floor, headline));
    const result: BenchResult = { ...measured, floors: outcomes, functions };
    process.stdout.write(`\n${reportText(result)}\n`);
    if (config.jsonFile !== undefined)
      await writeFile(config.jsonFile, `${JSON.stringify(result, null, 2)}\n`);
    return isPassed(result.floors, result.scenarios) ? 0 : 1;
  } finally {
    await cleanUp();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
