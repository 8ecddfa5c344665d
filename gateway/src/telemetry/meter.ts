/** Upper bounds in seconds: from a cached answer to a report that takes a minute. */
export const durationBounds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

/**
 * Counts the exchanges of one capability on one side. Adding is a few array writes; what a scrape needs is worked out when
 * there is one. (prom-client's own `inc` and `observe` hash their labels on each call.)
 */
export class Meter {
  readonly capability: string;
  readonly upstream: string;
  /** By status, 0–999. */
  readonly statuses = new Float64Array(1_000);
  /** Not cumulative; the last is for what exceeds every bound. */
  readonly buckets = new Float64Array(durationBounds.length + 1);
  readonly failures = new Map<string, number>();
  durationSeconds = 0;
  count = 0;

  constructor(capability: string, upstream: string) {
    this.capability = capability;
    this.upstream = upstream;
  }

  add(status: number, durationMs: number, failure: string | undefined): void {
    const seconds = durationMs / 1_000;
    this.count += 1;
    this.durationSeconds += seconds;
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    let bucket = 0;
    while (bucket < durationBounds.length && seconds > (durationBounds[bucket] ?? 0)) bucket += 1;
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    if (failure !== undefined) this.failures.set(failure, (this.failures.get(failure) ?? 0) + 1);
  }
}
