/** Where `share` (0–1) of the values lie at or below; the nearest rank. 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** `p50 3 ms, p99 12 ms, max 20 ms` */
export function describeMs(values: readonly number[]): string {
  const at = (share: number) => `${percentile(values, share).toFixed(0)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`;
}

/** `200×812 503×4`: how often each was seen. */
export function describeCounts(values: readonly (string | number)[]): string {
  return [...Map.groupBy(values, (value) => value)]
    .toSorted(([a], [b]) => String(a).localeCompare(String(b)))
    .map(([value, list]) => `${value}×${list.length}`)
    .join(' ');
}
