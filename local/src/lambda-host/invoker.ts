import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type FunctionResult, functionResult } from './function-error.ts';
import type { Acquired, FunctionPool, Lease } from './function-pool.ts';
import { arnOf, type FunctionConfig } from './function-spec.ts';
import { limits } from './limits.ts';
import { createLogTail, type LogTail } from './log-tail.ts';
import { endLine, reportLine, startLine } from './report.ts';
import { newTraceId } from './trace-id.ts';

export interface InvokeOptions {
  readonly traceId?: string | undefined;
  readonly clientContext?: string | undefined;
  /** Waits until the invocation's log is whole. */
  readonly withLog?: boolean;
}

export type InvokeOutcome =
  | {
      readonly ok: true;
      readonly requestId: string;
      /** JSON: what the function answered, or the error that it ended with. */
      readonly payload: Buffer;
      /** Set if the function failed. */
      readonly errorType?: string;
      /** The end of the invocation's log, if it was asked for. */
      readonly log?: Buffer;
    }
  | { readonly ok: false; readonly failure: 'not-found' | 'throttled' | 'too-large' | 'stopping' };

/** The one way in: HTTP, the Invoke API and event sources all come through here. */
export type Invoke = (
  functionName: string,
  payload: Buffer,
  options?: InvokeOptions,
) => Promise<InvokeOutcome>;

export interface FunctionCounts {
  invocations: number;
  errors: number;
  timeouts: number;
  lastInitMs: number | undefined;
  lastDurationMs: number | undefined;
  maxMemoryMb: number;
}

export interface HostedFunction {
  readonly config: FunctionConfig;
  readonly pool: FunctionPool;
  readonly counts: FunctionCounts;
  /** Where the lines of an environment go while it is busy. */
  readonly tails: Map<string, LogTail>;
  readonly log: (line: string) => void;
}

/** How long an answer waits for its environment to be ready for the next, so that a caller in sequence finds it warm. */
const settleMs = 500;

export interface Invoker {
  readonly invoke: Invoke;
  /** Takes no more, and resolves once what is in flight has ended. */
  readonly drain: () => Promise<void>;
}

export function createInvoker(functions: ReadonlyMap<string, HostedFunction>): Invoker {
  const inFlight = new Set<Promise<unknown>>();
  let stopping = false;

  function track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => inFlight.delete(tracked));
    inFlight.add(tracked);
    return tracked;
  }

  return {
    async invoke(functionName, payload, options = {}) {
      const hosted = functions.get(functionName);
      if (hosted === undefined) return { ok: false, failure: 'not-found' };
      if (stopping) return { ok: false, failure: 'stopping' };
      if (payload.length > limits.requestPayloadBytes) return { ok: false, failure: 'too-large' };
      return track(invokeOne(hosted, payload, options, track));
    },
    async drain() {
      stopping = true;
      while (inFlight.size > 0) await Promise.allSettled(inFlight);
    },
  };
}

async function invokeOne(
  hosted: HostedFunction,
  payload: Buffer,
  options: InvokeOptions,
  track: <T>(work: Promise<T>) => Promise<T>,
): Promise<InvokeOutcome> {
  const { config, pool, counts } = hosted;
  const requestId = randomUUID();
  const tail = createLogTail(limits.logTailBytes, hosted.log);

  for (;;) {
    const acquired = await pool.acquire();
    if (!acquired.ok && acquired.failure === 'throttled') return acquired;
    counts.invocations += 1;
    if (!acquired.ok) return answer(failedInit(hosted, requestId, tail, acquired));

    const { environment } = acquired.lease;
    const began = performance.now() - acquired.lease.spentMs;
    hosted.tails.set(environment.id, tail);
    const invocation = environment.invoke({
      requestId,
      payload,
      deadlineMs: Date.now() + Math.ceil(config.timeoutMs - acquired.lease.spentMs),
      functionArn: arnOf(config.name),
      traceId: options.traceId ?? newTraceId(),
      clientContext: options.clientContext,
    });
    if (invocation === undefined) {
      // It died in its sleep. Nothing was begun, so that another may take it.
      hosted.tails.delete(environment.id);
      counts.invocations -= 1;
      continue;
    }
    tail.write(startLine(requestId));
    const result = functionResult(await invocation.outcome, { requestId, timeoutMs: config.timeoutMs });
    const durationMs = durationOf(result, performance.now() - began, config);
    const settled = track(
      invocation.settled.then(() => {
        finish(hosted, tail, { requestId, result, durationMs, lease: acquired.lease });
        hosted.tails.delete(environment.id);
        pool.release(environment);
      }),
    );
    await (options.withLog ? settled : atMost(settleMs, settled));
    return answer(result);
  }

  function answer({ payload: body, errorType }: FunctionResult): InvokeOutcome {
    return {
      ok: true,
      requestId,
      payload: body,
      ...(errorType === undefined ? {} : { errorType }),
      ...(options.withLog ? { log: tail.read() } : {}),
    };
  }
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, delay(ms, undefined, { signal: timer.signal })]);
  timer.abort();
}

function failedInit(
  { config, counts }: HostedFunction,
  requestId: string,
  tail: LogTail,
  { outcome, spentMs, maxMemoryMb }: Extract<Acquired, { failure: 'init' }>,
): FunctionResult {
  const result = functionResult(outcome, { requestId, timeoutMs: config.timeoutMs });
  const durationMs = durationOf(result, spentMs, config);
  count(counts, result, durationMs);
  tail.write(startLine(requestId));
  writeEnd(tail, result, requestId);
  tail.write(reportLine({ requestId, durationMs, memoryMb: config.memoryMb, maxMemoryMb, result }));
  return result;
}

/** One that timed out has taken its time exactly, whatever the timer's grain. */
function durationOf({ status }: FunctionResult, measuredMs: number, { timeoutMs }: FunctionConfig): number {
  return status === 'timeout' ? timeoutMs : Math.min(measuredMs, timeoutMs);
}

function finish(
  { config, counts }: HostedFunction,
  tail: LogTail,
  ended: { requestId: string; result: FunctionResult; durationMs: number; lease: Lease },
): void {
  const { requestId, result, durationMs, lease } = ended;
  count(counts, result, durationMs);
  const maxMemoryMb = lease.environment.maxMemoryMb();
  counts.maxMemoryMb = Math.max(counts.maxMemoryMb, maxMemoryMb);
  if (lease.initMs !== undefined) counts.lastInitMs = lease.initMs;
  writeEnd(tail, result, requestId);
  tail.write(
    reportLine({
      requestId,
      durationMs,
      initMs: lease.initMs,
      memoryMb: config.memoryMb,
      maxMemoryMb,
      result,
    }),
  );
}

function count(counts: FunctionCounts, { status }: FunctionResult, durationMs: number): void {
  counts.lastDurationMs = durationMs;
  if (status !== 'success') counts.errors += 1;
  if (status === 'timeout') counts.timeouts += 1;
}

/** What the runtime could not write any more is written for it. */
function writeEnd(tail: LogTail, { payload, errorType }: FunctionResult, requestId: string): void {
  const byHost = errorType !== undefined && /^(Sandbox|Runtime\.(ExitError|OutOfMemory))/.test(errorType);
  if (byHost) {
    const { errorMessage } = JSON.parse(payload.toString('utf8')) as { errorMessage: string };
    tail.write(errorMessage);
  }
  tail.write(endLine(requestId));
}
