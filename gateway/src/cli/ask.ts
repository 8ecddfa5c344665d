import { createInterface } from 'node:readline';
import { CliFault } from './cli-fault.ts';
import type { CliProcess } from './cli-process.ts';

/** Asks before what is hard to undo. Where nobody can answer it refuses, rather than wait. */
export async function confirm(
  question: string,
  yes: boolean,
  { stdin, stdout, stderr }: CliProcess,
): Promise<void> {
  if (yes) return;
  if (stdin?.isTTY !== true || stdout.isTTY !== true) {
    throw new CliFault(`${question} Say so with --yes.`);
  }
  stderr.write(`${question} [y/N] `);
  const answer = await firstLine(stdin);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliFault('nothing was changed');
}

/** Empty where the input ends without one. */
function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('close', () => resolve(''));
  });
}
