import { chooseUpstream, type Side } from './cutover/choose-upstream.ts';
import type { CutoverSnapshot } from './cutover/cutover-snapshot.ts';
import { type AdmissionLimits, admit } from './edge/admit.ts';
import { identify } from './edge/identify.ts';
import { answerRefusal, type Refusal, refusals } from './edge/refusal.ts';
import type { Exchange } from './exchange.ts';
import type { Upstream } from './forwarding/upstream.ts';
import { matchRoute } from './routing/match.ts';
import { isAmbiguousPath } from './routing/path-policy.ts';
import type { RouteTable } from './routing/route-table.ts';

export interface PipelineDeps {
  readonly limits: AdmissionLimits & { readonly maxUnanswered: number; readonly maxBodyBytes: number };
  readonly pathPolicy: 'pass' | 'refuse';
  readonly routes: RouteTable;
  /** Read once for each request: a snapshot never changes under it. */
  readonly snapshot: () => CutoverSnapshot;
  readonly upstreamOf: (capability: string | undefined, side: Side) => Upstream;
  /** Requests that no answer has begun for, this one included. */
  readonly unanswered: () => number;
  readonly forward: (exchange: Exchange, upstream: Upstream) => void;
}

export interface RequestPipeline {
  /** The whole way of a plain request. */
  run(exchange: Exchange): void;
  /** The steps before `forward`, which an upgrade shares. */
  decide(exchange: Exchange): Refusal | Upstream;
}

type Step = (exchange: Exchange) => Refusal | undefined;

/**
 * One request, in order: admit → shed → match → limit the body → identify → choose → forward → answer → record.
 *
 * A step before `forward` may refuse; the first refusal is the answer. `answer` (forwarding/answer.ts) runs as the
 * upstream's events come in, and `record` (telemetry/record.ts) once the client has its last byte or is gone.
 */
export function createRequestPipeline(deps: PipelineDeps): RequestPipeline {
  const { limits, routes, upstreamOf } = deps;
  const steps: readonly Step[] = [
    (exchange) => admit(exchange, limits),
    shed,
    match,
    limitBody,
    identifyCaller,
    choose,
  ];

  function shed(): Refusal | undefined {
    return deps.unanswered() > limits.maxUnanswered ? refusals.overloaded : undefined;
  }

  function match(exchange: Exchange): Refusal | undefined {
    if (isAmbiguousPath(exchange.path))
      return deps.pathPolicy === 'refuse' ? refusals.ambiguousPath : undefined;
    exchange.route = matchRoute(routes, exchange.method, exchange.path);
    return undefined;
  }

  function limitBody(exchange: Exchange): Refusal | undefined {
    exchange.maxBodyBytes = exchange.route?.maxBodyBytes ?? limits.maxBodyBytes;
    return (exchange.bodyLength ?? 0) > exchange.maxBodyBytes ? refusals.bodyTooLarge : undefined;
  }

  function identifyCaller(exchange: Exchange): undefined {
    identify(exchange);
  }

  function choose(exchange: Exchange): undefined {
    exchange.choice = chooseUpstream(deps.snapshot(), exchange.route?.capability);
  }

  function decide(exchange: Exchange): Refusal | Upstream {
    for (const step of steps) {
      const refusal = step(exchange);
      if (refusal !== undefined) return refusal;
    }
    return upstreamOf(exchange.route?.capability, exchange.choice?.side ?? 'legacy');
  }

  function run(exchange: Exchange): void {
    const decision = decide(exchange);
    if (isRefusal(decision)) {
      answerRefusal(exchange, decision);
      exchange.req.resume();
    } else {
      deps.forward(exchange, decision);
    }
  }

  return { run, decide };
}

export function isRefusal(decision: Refusal | Upstream): decision is Refusal {
  return 'code' in decision;
}
