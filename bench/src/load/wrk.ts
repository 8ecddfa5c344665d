/** wrk: one thread, as many requests as come back. Its latencies are those of a closed loop, from each send. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Children } from '../process/children.ts';
import { generatorGraceMs, type LoadGenerator, type LoadReport } from './load.ts';
import { luaScript, reportMark } from './lua-script.ts';

export interface WrkDeps {
  readonly children: Children;
  readonly folder: string;
  readonly cores: string | undefined;
}

export function createWrkLoad({ children, folder, cores }: WrkDeps): LoadGenerator {
  return {
    name: 'wrk',
    description: 'wrk, 1 thread',
    async run({ port, requests, connections, seconds, ratePerSecond }) {
      if (ratePerSecond !== undefined) throw new Error('wrk has no fixed rate');
      const script = path.join(folder, `${randomUUID()}.lua`);
      await writeFile(script, luaScript(requests));
      const wholeSeconds = Math.max(1, Math.round(seconds)); // wrk reads no fractions
      const child = children.start({
        command: 'wrk',
        args: [
          ...['-t1', `-c${connections}`, `-d${wholeSeconds}s`, '--timeout', '5s', '-s', script],
          `http://127.0.0.1:${port}`,
        ],
        cores,
        keepOutput: true,
        timeoutMs: wholeSeconds * 1_000 + generatorGraceMs,
      });
      await child.exited;
      const line = child
        .output()
        .split('\n')
        .find((text) => text.startsWith(reportMark));
      if (line === undefined) throw new Error(`wrk gave no report: ${child.errorOutput() || child.output()}`);
      return JSON.parse(line.slice(reportMark.length)) as LoadReport;
    },
  };
}
