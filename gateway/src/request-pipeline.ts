import type { Side } from './cutover/choose-upstream.ts';
import { type AdmissionLimits, admit } from './edge/admit.ts';
import { addForwarded } from './edge/forwarded.ts';
import { answerRefusal, type Refusal, refusals } from './edge/refusal.ts';
import type { Exchange } from './exchange.ts';
import type { Upstream } from './forwarding/upstream.ts';
import type { RequestRouter } from './routing/route-request.ts';

export interface PipelineDeps {
  readonly limits: AdmissionLimits & { readonly maxUnanswered: number; readonly maxBodyBytes: number };
  readonly pathPolicy: 'pass' | 'refuse';
  readonly router: RequestRouter;
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
 * One request, in order: admit → shed → match → limit the body → name the caller → choose → forward → answer → record.
 *
 * A step before `forward` may refuse; the first refusal is the answer. `answer` (forwarding/answer.ts) runs as the
 * upstream's events come in (a safe request whose service failed goes to legacy first: forwarding/replay.ts), and `record` (telemetry/record.ts) once the client has its last byte or is gone.
 */
export function createRequestPipeline(deps: PipelineDeps): RequestPipeline {
  const { limits, router, upstreamOf } = deps;
  const steps: readonly Step[] = [
    (exchange) => admit(exchange, limits),
    shed,
    match,
    limitBody,
    nameCaller,
    choose,
  ];

  function shed(): Refusal | undefined {
    return deps.unanswered() > limits.maxUnanswered ? refusals.overloaded : undefined;
  }

  function match(exchange: Exchange): Refusal | undefined {
    const unambiguous = router.match(exchange);
    return !unambiguous && deps.pathPolicy === 'refuse' ? refusals.ambiguousPath : undefined;
  }

  function limitBody(exchange: Exchange): Refusal | undefined {
    exchange.maxBodyBytes = exchange.route?.maxBodyBytes ?? limits.maxBodyBytes;
    return (exchange.bodyLength ?? 0) > exchange.maxBodyBytes ? refusals.bodyTooLarge : undefined;
  }

  function nameCaller(exchange: Exchange): undefined {
    addForwarded(exchange);
  }

  function choose(exchange: Exchange): undefined {
    router.choose(exchange);
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
