/** Counts durations in logarithmic buckets, each 1.1 % wider than the one before: 64 to a doubling, from 1 µs. */
export interface Histogram {
  record(us: number): void;
  /** The value that `share` of the durations do not exceed, right to within a bucket; 0 where nothing was recorded. */
  quantile(share: number): number;
}

const bucketsPerDoubling = 64;
const doublings = 27; // up to 134 s

export function createHistogram(): Histogram {
  const counts = new Uint32Array(bucketsPerDoubling * doublings);
  let total = 0;
  return {
    record(us) {
      const bucket = Math.floor(Math.log2(Math.max(1, us)) * bucketsPerDoubling);
      const index = Math.min(bucket, counts.length - 1);
      counts[index] = (counts[index] ?? 0) + 1;
      total += 1;
    },
    quantile(share) {
      const wanted = Math.ceil(total * share);
      let seen = 0;
      for (const [index, count] of counts.entries()) {
        seen += count;
        if (count > 0 && seen >= wanted) return 2 ** ((index + 1) / bucketsPerDoubling);
      }
      return 0;
    },
  };
}
