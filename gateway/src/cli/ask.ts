import { createInterface } from 'node:readline/promises';
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
  const lines = createInterface({ input: stdin });
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const answer = await Promise.race([lines.question(''), closed]);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliFault('nothing was changed');
}
