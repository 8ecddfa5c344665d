import type { Seeded } from '../cutover/seeded.ts';

/** How many independent arrivals fall into one step of which `mean` are expected. (Knuth's method: for small means.) */
export function poisson(random: Seeded, mean: number): number {
  const limit = Math.exp(-mean);
  let arrivals = 0;
  for (let product = random.next(); product > limit; product *= random.next()) arrivals += 1;
  return arrivals;
}
