import type { Choice, Side } from '../cutover/choose-upstream.ts';
import type { CutoverSnapshot } from '../cutover/cutover-snapshot.ts';
import { type Exchange, Phase } from '../exchange.ts';
import type { Logger } from './log.ts';
import type { Meter } from './meter.ts';
import type { Metrics } from './metrics.ts';

/** Records an exchange's outcome, once: in the metrics, and as one line in the log. */
export type Record = (exchange: Exchange) => void;

export interface RecordDeps {
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly accessLog: boolean;
  readonly snapshot: () => CutoverSnapshot;
  readonly capabilities: readonly string[];
}

export function createRecord({ metrics, logger, accessLog, snapshot, capabilities }: RecordDeps): Record {
  const refused = metrics.meter(undefined, 'none');
  const unclaimed = metersOf(metrics, undefined);
  const claimed = new Map(capabilities.map((name) => [name, metersOf(metrics, name)]));

  function meterOf(choice: Choice | undefined, capability: string | undefined): Meter {
    if (choice === undefined) return refused;
    const meters = capability === undefined ? unclaimed : (claimed.get(capability) ?? unclaimed);
    return meters[choice.side];
  }

  return function record(exchange) {
    exchange.phase = Phase.done;
    const { route, choice, failure, status } = exchange;
    const capability = route?.capability;
    const durationMs = performance.now() - exchange.startedAt;
    meterOf(choice, capability).add(status, durationMs, failure?.kind);
    const level = failure !== undefined && failure.side !== 'client' ? 'warn' : 'info';
    if (level === 'info' && !accessLog) return;
    logger[level]({
      requestId: exchange.requestId,
      method: exchange.method,
      capability,
      route: route?.pattern.label,
      stage: capability === undefined ? undefined : snapshot().cutovers.get(capability)?.stage,
      upstream: choice?.side,
      reason: choice?.reason,
      status,
      failure: failure?.kind,
      durationMs: Math.round(durationMs * 100) / 100,
    });
  };
}

function metersOf(metrics: Metrics, capability: string | undefined): { readonly [S in Side]: Meter } {
  return { legacy: metrics.meter(capability, 'legacy'), service: metrics.meter(capability, 'service') };
}
