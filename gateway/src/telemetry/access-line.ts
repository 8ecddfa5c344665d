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
  const middles = new Map<string, string>();

  function middleOf(exchange: Exchange): string {
    const { method, route, choice } = exchange;
    const capability = route?.capability;
    const stage = capability === undefined ? undefined : stageOf(capability);
    const key = `${method} ${route?.pattern.label ?? ''} ${stage ?? ''} ${choiceKey(choice)}`;
    const known = middles.get(key);
    if (known !== undefined) return known;
    const fields = {
      method,
      capability,
      route: route?.pattern.label,
      stage,
      upstream: choice?.side,
      reason: choice?.reason,
    };
    const middle = JSON.stringify(fields).slice(1, -1);
    middles.set(key, middle);
    return middle;
  }

  return function accessLine(exchange, durationMs) {
    const failure = exchange.failure === undefined ? '' : `,"failure":"${exchange.failure.kind}"`;
    const duration = Math.round(durationMs * 100) / 100;
    return `{"level":${infoLevel},"time":${Date.now()},"requestId":"${exchange.requestId}",${middleOf(exchange)},"status":${exchange.status}${failure},"durationMs":${duration}}\n`;
  };
}

function choiceKey(choice: Choice | undefined): string {
  return choice === undefined ? '' : `${choice.side} ${choice.reason}`;
}
