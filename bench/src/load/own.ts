/** Our own generator, in its own process: where wrk is missing, and wherever the rate is to be fixed. */
import path from 'node:path';
import type { Children } from '../process/children.ts';
import { generatorGraceMs, type LoadGenerator, type LoadReport } from './load.ts';

const program = path.join(import.meta.dirname, 'generator.ts');

export interface OwnLoadDeps {
  readonly children: Children;
  readonly cores: string | undefined;
}

export function createOwnLoad({ children, cores }: OwnLoadDeps): LoadGenerator {
  return {
    name: 'own',
    description: 'our own generator on bare sockets, 1 Node process',
    async run(spec) {
      const child = children.start({
        command: process.execPath,
        args: [program, JSON.stringify(spec)],
        cores,
        keepOutput: true,
        timeoutMs: spec.seconds * 1_000 + generatorGraceMs,
      });
      const code = await child.exited;
      if (code !== 0) throw new Error(`the load generator failed: ${child.errorOutput()}`);
      return JSON.parse(child.output()) as LoadReport;
    },
  };
}
