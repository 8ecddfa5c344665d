/** The middle value: one round that a neighbour disturbed doesn't move it. NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

export interface Ratio {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * `values` over `base`, round by round: rounds are interleaved, so that both sides of a pair met much the same
 * machine. Undefined where they share no round.
 */
export function pairedRatio(values: readonly number[], base: readonly number[]): Ratio | undefined {
  const ratios = base.slice(0, values.length).map((of, round) => (values[round] ?? Number.NaN) / of);
  if (ratios.length === 0) return undefined;
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}
