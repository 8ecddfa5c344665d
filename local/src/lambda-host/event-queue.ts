import { randomUUID } from 'node:crypto';
import type { Invoke, InvokeOutcome } from './invoker.ts';

export interface EventQueueTimes {
  /** Before each further attempt at an event that its function failed on. Lambda's: one minute, then two. */
  readonly retryDelaysMs: readonly number[];
  /** Before the first further attempt at an event that was throttled; doubled for each that follows. */
  readonly throttleDelayMs: number;
  readonly maxThrottleDelayMs: number;
  /** An event that is older is given up. */
  readonly maxAgeMs: number;
}

export const lambdaEventTimes: EventQueueTimes = {
  retryDelaysMs: [60_000, 120_000],
  throttleDelayMs: 1_000,
  maxThrottleDelayMs: 300_000,
  maxAgeMs: 6 * 3_600_000,
};

export interface EventCounts {
  /** Waiting, or being tried. */
  readonly queued: number;
  /** Given up after their last attempt, or for their age. */
  readonly dropped: number;
}

export interface EventQueue {
  /** Returns the request id that the caller is told. */
  readonly add: (functionName: string, payload: Buffer) => string;
  readonly counts: (functionName: string) => EventCounts;
  /** Forgets what waits: the queue is in memory alone. */
  readonly close: () => void;
}

/** `Event` invocations: answered at once, tried until they succeed or are given up. */
export function createEventQueue(
  invoke: Invoke,
  times: EventQueueTimes,
  log: (functionName: string, line: string) => void,
): EventQueue {
  const counts = new Map<string, { queued: number; dropped: number }>();
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;

  function countsOf(functionName: string) {
    const known = counts.get(functionName) ?? { queued: 0, dropped: 0 };
    counts.set(functionName, known);
    return known;
  }

  async function attempt(event: QueuedEvent): Promise<void> {
    const outcome = await invoke(event.functionName, event.payload);
    if (outcome.ok && outcome.errorType === undefined) return done(event);
    const delayMs = delayBefore(event, outcome, times);
    if (closed) return;
    if (delayMs === undefined || Date.now() + delayMs - event.addedAt > times.maxAgeMs) {
      countsOf(event.functionName).dropped += 1;
      log(event.functionName, `An event was given up after ${event.failures} failed attempts.`);
      return done(event);
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attempt(event);
    }, delayMs);
    timers.add(timer);
  }

  function done({ functionName }: QueuedEvent): void {
    countsOf(functionName).queued -= 1;
  }

  return {
    add(functionName, payload) {
      countsOf(functionName).queued += 1;
      void attempt({ functionName, payload, addedAt: Date.now(), failures: 0, throttles: 0 });
      return randomUUID();
    },
    counts: (functionName) => ({ ...countsOf(functionName) }),
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

interface QueuedEvent {
  readonly functionName: string;
  readonly payload: Buffer;
  readonly addedAt: number;
  failures: number;
  throttles: number;
}

/** Being throttled is no failed attempt. Undefined if there is none left. */
function delayBefore(event: QueuedEvent, outcome: InvokeOutcome, times: EventQueueTimes): number | undefined {
  if (outcome.ok) {
    event.failures += 1;
    return times.retryDelaysMs[event.failures - 1];
  }
  event.throttles += 1;
  return Math.min(times.throttleDelayMs * 2 ** (event.throttles - 1), times.maxThrottleDelayMs);
}
