import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Each read from a socket takes a new buffer outside V8's heap, and V8 lets about 64 MB of them pile up before it looks,
 * because a streaming body makes hardly any garbage inside the heap. A young collection (well under a millisecond) after
 * every few megabytes keeps the process at the size that it needs.
 */
export function createBufferSweep(everyBytes = 4_194_304): (bytes: number) => void {
  const collect = youngCollection();
  let streamed = 0;
  return (bytes) => {
    streamed += bytes;
    if (streamed < everyBytes) return;
    streamed = 0;
    collect();
  };
}

/** Not a global without a command-line flag; a context that is made after the flag was set has it. */
function youngCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return typeof gc === 'function' ? () => gc({ type: 'minor' }) : () => {};
}
