import type { Choice } from '../cutover/choose-upstream.ts';
import type { RoutedCutover } from '../cutover/cutover-snapshot.ts';
import type { Exchange } from '../exchange.ts';

const infoLevel = 30;

/**
 * One request as a line of pino's form. Written by hand because it is the hot path's only JSON: what depends on route and
 * choice alone is made once, and what remains (a checked id, numbers, a failure's name) needs no escaping.
 */
export function createAccessLine(): (exchange: Exchange, durationMs: number) => string {
  const middles = new Map<Exchange['route'], Map<string, Middle>>();

  /** Looked up by identity: a key made of text would have to be put together and hashed for each request. */
  function middleOf({ method, route, choice, cutover }: Exchange): string {
    const byMethod = middles.get(route) ?? new Map<string, Middle>();
    const first = byMethod.get(method);
    for (let middle = first; middle !== undefined; middle = middle.next) {
      if (middle.choice === choice && middle.cutover === cutover) return middle.text;
    }
    // Those of a cutover that has changed won't come again, but for the requests that are still in flight.
    const next = first?.cutover === cutover ? first : undefined;
    const text = middleText({ method, route, choice, cutover });
    middles.set(route, byMethod.set(method, { choice, cutover, text, next }));
    return text;
  }

  return function accessLine(exchange, durationMs) {
    const cohort = exchange.cohort === -1 ? '' : `,"cohort":${exchange.cohort}`;
    const failure = exchange.failure === undefined ? '' : `,"failure":"${exchange.failure.kind}"`;
    const duration = Math.round(durationMs * 100) / 100;
    return `{"level":${infoLevel},"time":${Date.now()},"requestId":"${exchange.requestId}",${middleOf(exchange)}${cohort},"status":${exchange.status}${failure},"durationMs":${duration}}\n`;
  };
}

/** One for each choice that a route and method have met: a handful. */
interface Middle {
  readonly choice: Choice | undefined;
  readonly cutover: RoutedCutover | undefined;
  readonly text: string;
  readonly next: Middle | undefined;
}

function middleText({
  method,
  route,
  choice,
  cutover,
}: Pick<Exchange, 'method' | 'route' | 'choice' | 'cutover'>): string {
  const fields = {
    method,
    capability: route?.capability,
    route: route?.pattern.label,
    stage: cutover?.stage,
    version: cutover?.version,
    upstream: choice?.side,
    reason: choice?.reason,
  };
  return JSON.stringify(fields).slice(1, -1);
}
