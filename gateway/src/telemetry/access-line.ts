import type { Choice } from '../cutover/choose-upstream.ts';
import type { Stage } from '../cutover/cutover-snapshot.ts';
import type { Exchange } from '../exchange.ts';

const infoLevel = 30;

/**
 * One request as a line of pino's form. Written by hand because it is the hot path's only JSON: what depends on route and
 * choice alone is made once, and what remains (a checked id, numbers, a failure's name) needs no escaping.
 */
export function createAccessLine(
  stageOf: (capability: string) => Stage | undefined,
): (exchange: Exchange, durationMs: number) => string {
  const middles = new Map<Exchange['route'], Map<string, Middle>>();

  /** Looked up by identity: a key made of text would have to be put together and hashed for each request. */
  function middleOf({ method, route, choice }: Exchange): string {
    const byMethod = middles.get(route) ?? new Map<string, Middle>();
    const stage = route === undefined ? undefined : stageOf(route.capability);
    const known = byMethod.get(method);
    if (known !== undefined && known.choice === choice && known.stage === stage) return known.text;
    const text = middleText({ method, route, choice, stage });
    middles.set(route, byMethod.set(method, { choice, stage, text }));
    return text;
  }

  return function accessLine(exchange, durationMs) {
    const failure = exchange.failure === undefined ? '' : `,"failure":"${exchange.failure.kind}"`;
    const duration = Math.round(durationMs * 100) / 100;
    return `{"level":${infoLevel},"time":${Date.now()},"requestId":"${exchange.requestId}",${middleOf(exchange)},"status":${exchange.status}${failure},"durationMs":${duration}}\n`;
  };
}

interface Middle {
  readonly choice: Choice | undefined;
  readonly stage: Stage | undefined;
  readonly text: string;
}

function middleText({
  method,
  route,
  choice,
  stage,
}: Pick<Exchange, 'method' | 'route' | 'choice'> & { stage: Stage | undefined }): string {
  const fields = {
    method,
    capability: route?.capability,
    route: route?.pattern.label,
    stage,
    upstream: choice?.side,
    reason: choice?.reason,
  };
  return JSON.stringify(fields).slice(1, -1);
}
