/** Sends requests for a while and says what came back. */
import type { RequestShape } from '../scenarios.ts';

export interface LoadSpec {
  readonly port: number;
  readonly requests: readonly RequestShape[];
  readonly connections: number;
  readonly seconds: number;
  /** Arrivals per second; undefined sends the next request as soon as the last one is answered. */
  readonly ratePerSecond?: number | undefined;
}

/** What a generator may take beyond its sending time, to start, to wait for late answers and to report. */
export const generatorGraceMs = 10_000;

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
}

export interface LoadReport {
  readonly requests: number;
  readonly seconds: number;
  /** Anything but a whole 2xx answer. */
  readonly errors: number;
  readonly latencyUs: Percentiles;
}

export interface LoadGenerator {
  readonly name: 'wrk' | 'own';
  readonly description: string;
  run(spec: LoadSpec): Promise<LoadReport>;
}
