import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { RunAs } from './run-as.ts';

/** Runs a program to its end; rejects with what it printed if it failed. */
export async function run(file: string, args: readonly string[], runAs: RunAs | undefined): Promise<void> {
  // The account may not be able to read our working directory, and initdb insists on naming its own.
  const child = spawn(file, args, { ...runAs, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`${file} failed (${signal ?? code}): ${printed.trim()}`);
}
