import type { ChildProcess } from 'node:child_process';

/** Jest's setup and teardown are separate modules of one process: they hand the server over here. */
let kept: ChildProcess | undefined;

export function keepForTeardown(child: ChildProcess): void {
  kept = child;
}

export function takeForTeardown(): ChildProcess | undefined {
  const child = kept;
  kept = undefined;
  return child;
}
