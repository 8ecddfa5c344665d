import { type Exchange, Phase } from '../exchange.ts';
import type { Answer } from './answer.ts';
import type { FailureKind } from './failure.ts';
import type { Upstream } from './upstream.ts';

/** Why a request was replayed: how its service failed, or that it answered with a 5xx. */
export type ReplayCause = FailureKind | 'answered-5xx';

export interface ReplayDeps {
  readonly answer: Answer;
  readonly legacyOf: (capability: string | undefined) => Upstream;
  readonly forward: (exchange: Exchange, upstream: Upstream) => void;
}

/** RFC 9110 §9.2.1: what these ask for has no effect, so that asking the other side too has none either. */
const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Stands between a forwarder and the client's answer: where a service fails before its answer has begun, or answers with a
 * 5xx, the request goes to legacy, once, and what legacy says is the answer.
 *
 * That holds for safe requests without a body. One that isn't safe goes to legacy only if it never reached the service,
 * because there was no connection yet.
 */
export function createReplay({ answer, legacyOf, forward }: ReplayDeps): Answer {
  function toLegacy(exchange: Exchange, cause: ReplayCause): void {
    exchange.replayed = cause;
    // Whatever the service still sends, it sends to nobody.
    exchange.call?.cancel();
    exchange.call = undefined;
    exchange.attempts = 0;
    forward(exchange, legacyOf(exchange.route?.capability));
  }

  return {
    ...answer,
    head(exchange, status, reason, raw) {
      if (isReplayable(exchange) && safe.has(exchange.method)) {
        if (status >= 500) return toLegacy(exchange, 'answered-5xx');
        if (!isWritable(status, reason, raw)) return toLegacy(exchange, 'response-malformed');
      }
      answer.head(exchange, status, reason, raw);
    },
    fail(exchange, failure) {
      // Before it is connected nothing was sent, whatever the error is called.
      const unsent = exchange.phase === Phase.connecting;
      const mayAskAgain = unsent || (exchange.phase === Phase.waiting && safe.has(exchange.method));
      if (failure.side === 'upstream' && mayAskAgain && isReplayable(exchange)) {
        toLegacy(exchange, failure.kind);
      } else {
        answer.fail(exchange, failure);
      }
    },
  };
}

/** Asked first is what rules nearly every request out. */
function isReplayable({
  choice,
  replayed,
  hasBody,
  route,
  cutover,
  failure,
  res,
  connection,
}: Exchange): boolean {
  if (choice?.side !== 'service' || replayed !== undefined || hasBody || failure !== undefined) return false;
  // A tester who asked for the service wants to see how it does. After `retired` there is no legacy to ask.
  if (choice.reason === 'override' || cutover?.stage === 'retired' || route?.replaysSafe !== true)
    return false;
  return !res.headersSent && !connection.socket.destroyed;
}

/** Node throws at what else a head may contain, when it is too late. */
function isWritable(status: number, reason: string, raw: readonly string[]): boolean {
  if (status < 200 || status > 999 || notInValues.test(reason)) return false;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (!token.test(raw[i] ?? '') || notInValues.test(raw[i + 1] ?? '')) return false;
  }
  return true;
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// RFC 9110 §5.5, in Node's reading.
const notInValues = /[^\t\x20-\x7e\x80-\xff]/;
