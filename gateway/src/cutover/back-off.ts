const firstMs = 100;
const mostMs = 2_000;

/** Grows to a bound, with jitter, so that many gateways don't come back at one instant. */
export function backOffMs(failures: number, random: () => number): number {
  return Math.min(firstMs * 2 ** failures, mostMs) * (0.5 + random() / 2);
}
