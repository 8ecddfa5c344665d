import type { Choice, Side } from '../cutover/choose-upstream.ts';
import { type Exchange, Phase } from '../exchange.ts';
import { createAccessLine } from './access-line.ts';
import type { LineSink, Logger } from './log.ts';
import type { Meter } from './meter.ts';
import type { Metrics } from './metrics.ts';

/** Records an exchange's outcome, once: in the metrics, and as one line in the log. */
export type RecordExchange = (exchange: Exchange) => void;

export interface RecordDeps {
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Where each request's line goes; without it only what failed on our side of the client is logged. */
  readonly accessLog: LineSink | undefined;
  readonly capabilities: readonly string[];
}

export function createRecord(deps: RecordDeps): RecordExchange {
  const { metrics, logger, accessLog, capabilities } = deps;
  const refused = metrics.meter(undefined, 'none');
  const unclaimed = metersOf(metrics, undefined);
  const claimed = new Map(capabilities.map((name) => [name, metersOf(metrics, name)]));
  const accessLine = createAccessLine();

  function meterOf(choice: Choice | undefined, capability: string | undefined): Meter {
    if (choice === undefined) return refused;
    const meters = capability === undefined ? unclaimed : (claimed.get(capability) ?? unclaimed);
    return meters[choice.side];
  }

  return function record(exchange) {
    exchange.phase = Phase.done;
    const { route, choice, cutover, replayed, failure, status, requestId } = exchange;
    const capability = route?.capability;
    const durationMs = performance.now() - exchange.startedAt;
    meterOf(choice, capability).add(status, durationMs, failure?.kind);
    if (replayed !== undefined && capability !== undefined) metrics.addReplay(capability, replayed);
    if (replayed !== undefined || (failure !== undefined && failure.side !== 'client')) {
      logger.warn({
        requestId,
        method: exchange.method,
        capability,
        route: route?.pattern.label,
        stage: cutover?.stage,
        version: cutover?.version,
        cohort: exchange.cohort === -1 ? undefined : exchange.cohort,
        upstream: choice?.side,
        reason: choice?.reason,
        replayed,
        status,
        failure: failure?.kind,
        durationMs,
      });
    } else {
      accessLog?.write(accessLine(exchange, durationMs));
    }
  };
}

function metersOf(metrics: Metrics, capability: string | undefined): { readonly [S in Side]: Meter } {
  return { legacy: metrics.meter(capability, 'legacy'), service: metrics.meter(capability, 'service') };
}
