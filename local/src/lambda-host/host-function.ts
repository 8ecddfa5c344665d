import { fileURLToPath } from 'node:url';
import { createFunctionPool } from './function-pool.ts';
import type { FunctionConfig } from './function-spec.ts';
import type { HostedFunction } from './invoker.ts';
import { limits } from './limits.ts';
import type { LogTail } from './log-tail.ts';
import type { ProcessWatch } from './process-watch.ts';
import type { LambdaHostOptions } from './start-lambda-host.ts';

const ourRuntime = fileURLToPath(new URL('./runtime/bootstrap.mjs', import.meta.url));
/** An environment without extensions is given half a second to end. */
const stopTimeoutMs = 500;

/** Puts together what one function consists of: its environments, its log, its counters. */
export function hostFunction(
  config: FunctionConfig,
  options: Pick<LambdaHostOptions, 'log' | 'runtime' | 'initTimeoutMs' | 'idleMs'>,
  processes: Pick<ProcessWatch, 'add' | 'remove'>,
): HostedFunction {
  const tails = new Map<string, LogTail>();
  const log = (line: string) => options.log?.(config.name, line);
  const pool = createFunctionPool({
    config,
    runtime: options.runtime ?? ourRuntime,
    initTimeoutMs: options.initTimeoutMs ?? limits.initTimeoutMs,
    idleMs: options.idleMs ?? 600_000,
    stopTimeoutMs,
    processes,
    // A busy environment's lines belong to its invocation.
    onLine: (environmentId, line) => {
      const tail = tails.get(environmentId);
      if (tail) tail.write(line);
      else log(line);
    },
  });
  const counts = {
    invocations: 0,
    errors: 0,
    timeouts: 0,
    lastInitMs: undefined,
    lastDurationMs: undefined,
    maxMemoryMb: 0,
  };
  return { config, pool, counts, tails, log };
}
