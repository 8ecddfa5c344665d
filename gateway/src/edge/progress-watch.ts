import type { Socket } from 'node:net';
import { type Exchange, Phase } from '../exchange.ts';
import { type Failure, failures } from '../forwarding/failure.ts';
import type { Plan } from '../plan/plan.ts';
import type { Connections } from './connections.ts';

/** Milliseconds, as of the last look. Coarse, so that noting progress costs the hot path one assignment. */
export interface WatchClock {
  now: number;
}

/** A step fine enough for the shortest limit, and never so fine that looking would cost something. */
export function watchIntervalMs(timeouts: Plan['timeouts']): number {
  const shortest = Math.min(timeouts.connectMs, timeouts.firstByteMs, timeouts.idleMs, timeouts.clientMs);
  return Math.min(1_000, Math.max(20, Math.floor(shortest / 8)));
}

/** Looks at every exchange now and then, and ends those in which the side whose turn it is makes no progress. */
export function watchProgress(
  connections: Connections,
  timeouts: Plan['timeouts'],
  clock: WatchClock,
  fail: (exchange: Exchange, failure: Failure) => void,
  sweepTunnels: (now: number) => void,
): { stop(): void } {
  const intervalMs = watchIntervalMs(timeouts);
  const timer = setInterval(() => {
    const previous = clock.now;
    clock.now = performance.now();
    // A late look (the process was starved, or the machine asleep) says nothing of the others' progress: what they sent
    // meanwhile hasn't been read yet.
    const lateMs = clock.now - previous - intervalMs;
    const excusedMs = lateMs > intervalMs ? lateMs : 0;
    for (const connection of connections.all()) {
      for (const exchange of connection.exchanges) {
        exchange.progressAt += excusedMs;
        const failure = overdue(exchange, clock.now, timeouts);
        if (failure !== undefined) fail(exchange, failure);
      }
    }
    sweepTunnels(clock.now);
  }, intervalMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

function overdue(exchange: Exchange, now: number, timeouts: Plan['timeouts']): Failure | undefined {
  if (exchange.phase === Phase.done || exchange.failure !== undefined) return undefined;
  if (exchange.answered || exchange.answerPaused) return readerOverdue(exchange, now, timeouts.clientMs);
  const silentMs = now - exchange.progressAt;
  switch (exchange.phase) {
    case Phase.connecting:
      return silentMs > timeouts.connectMs ? failures['connect-timeout'] : undefined;
    case Phase.waiting:
      if (
        exchange.hasBody &&
        !exchange.req.complete &&
        !exchange.requestPaused &&
        !exchange.expectsContinue
      ) {
        return silentMs > timeouts.clientMs ? failures['client-too-slow'] : undefined;
      }
      return silentMs > timeouts.firstByteMs ? failures['response-timeout'] : undefined;
    case Phase.answering:
      return !exchange.eventStream && silentMs > timeouts.idleMs ? failures['body-idle-timeout'] : undefined;
    default:
      return undefined;
  }
}

/** A reader makes progress when the bytes that wait for it in the operating system's queue grow fewer. */
function readerOverdue(exchange: Exchange, now: number, clientMs: number): Failure | undefined {
  const unread = unreadBytes(exchange.connection.socket);
  if (unread !== exchange.unreadBytes) {
    exchange.unreadBytes = unread;
    exchange.progressAt = now;
    return undefined;
  }
  return now - exchange.progressAt > clientMs ? failures['client-too-slow'] : undefined;
}

/** Node's own socket timeout looks at the same queue; no public name shows it. */
export function unreadBytes(socket: Socket): number {
  const handle: unknown = '_handle' in socket ? socket._handle : undefined;
  const queued =
    typeof handle === 'object' && handle !== null && 'writeQueueSize' in handle ? handle.writeQueueSize : 0;
  return socket.writableLength + (typeof queued === 'number' ? queued : 0);
}
