import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ReplayCause } from '../forwarding/replay.ts';
import { durationBounds, Meter } from './meter.ts';

export interface Metrics {
  readonly registry: Registry;
  /** The same meter each time. Look it up once, not for each request. */
  meter(capability: string | undefined, upstream: string): Meter;
  /** Counts a request that legacy answered after its service had failed. */
  addReplay(capability: string, cause: ReplayCause): void;
}

export interface LiveFigures {
  connections(): number;
  unanswered(): number;
  upgraded(): number;
  /** Requests so far, by who read them. */
  read(): { readonly wire: number; readonly node: number };
}

/** Publishes the meters in Prometheus's form when asked to. */
export function createMetrics(live: LiveFigures): Metrics {
  const meters = new Map<string, Meter>();
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  new Counter({
    name: 'banyan_requests_total',
    help: 'Exchanges that ended, by capability, chosen side and status (499: the client went before there was one)',
    labelNames: ['capability', 'upstream', 'status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { capability, upstream, statuses } of meters.values()) {
        for (const [status, count] of statuses.entries()) {
          if (count > 0) this.inc({ capability, upstream, status: String(status) }, count);
        }
      }
    },
  });
  new Counter({
    name: 'banyan_failures_total',
    help: 'Exchanges that failed, by the stage and side at which they did',
    labelNames: ['capability', 'upstream', 'failure'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { capability, upstream, failures } of meters.values()) {
        for (const [failure, count] of failures) this.inc({ capability, upstream, failure }, count);
      }
    },
  });
  new Counter({
    name: 'banyan_client_requests_total',
    help: "Requests by reader: plain ones by the gateway's own (wire), all others by Node's HTTP server (node)",
    labelNames: ['reader'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [reader, count] of Object.entries(live.read())) this.inc({ reader }, count);
    },
  });
  registerDurations(registry, meters);
  const replays = new Counter({
    name: 'banyan_replays_total',
    help: "Exchanges of a service's that legacy was asked to answer, by how the service failed",
    labelNames: ['capability', 'cause'],
    registers: [registry],
  });
  gauge(registry, 'banyan_client_connections', 'Open client connections', live.connections);
  gauge(registry, 'banyan_requests_unanswered', 'Requests that no answer has begun for', live.unanswered);
  gauge(registry, 'banyan_upgraded_connections', 'Open WebSockets', live.upgraded);

  return {
    registry,
    meter(capability = 'none', upstream) {
      const key = `${capability} ${upstream}`;
      const known = meters.get(key);
      if (known !== undefined) return known;
      const meter = new Meter(capability, upstream);
      meters.set(key, meter);
      return meter;
    },
    addReplay(capability, cause) {
      replays.inc({ capability, cause });
    },
  };
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

/** A histogram, written as counters because prom-client's own takes single observations only. */
function registerDurations(registry: Registry, meters: ReadonlyMap<string, Meter>): void {
  const name = 'banyan_request_duration_seconds';
  const help = "From the request's head to the answer's last byte";
  registry.registerMetric({
    name,
    help,
    get: () => {
      const values = [];
      for (const { capability, upstream, buckets, durationSeconds, count } of meters.values()) {
        let below = 0;
        for (const [i, inBucket] of buckets.entries()) {
          below += inBucket;
          const le = durationBounds[i] ?? '+Inf';
          values.push({ metricName: `${name}_bucket`, labels: { capability, upstream, le }, value: below });
        }
        values.push({ metricName: `${name}_sum`, labels: { capability, upstream }, value: durationSeconds });
        values.push({ metricName: `${name}_count`, labels: { capability, upstream }, value: count });
      }
      return Promise.resolve({ name, help, type: 'histogram', values, aggregator: 'sum' });
    },
  } as unknown as Gauge);
}
