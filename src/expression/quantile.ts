interface Bucket {
  /** Upper bound; the last one is +Inf. */
  readonly upper: number;
  readonly count: number;
}

/** Relative difference of neighbouring buckets that is rounding, not data. */
const rounding = 1e-12;

/** `histogram_quantile` of cumulative buckets: linear inside a bucket; the bound below for a rank in the +Inf bucket. */
export function bucketQuantile(q: number, buckets: readonly Bucket[]): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const sorted = monotonic([...buckets].sort((a, b) => a.upper - b.upper));
  const top = sorted.at(-1);
  if (!top || top.upper !== Number.POSITIVE_INFINITY || sorted.length < 2 || top.count === 0) return Number.NaN;
  const rank = q * top.count;
  const index = sorted.slice(0, -1).findIndex(({ count }) => count >= rank);
  if (Number.isNaN(rank)) return Number.NaN;
  const bucket = sorted[index];
  if (!bucket) return sorted.at(-2)?.upper ?? Number.NaN;
  const below = sorted[index - 1];
  if (!below && bucket.upper <= 0) return bucket.upper;
  const start = below?.upper ?? 0;
  const counted = below?.count ?? 0;
  return start + (bucket.upper - start) * ((rank - counted) / (bucket.count - counted));
}

/** Rates of buckets are taken one by one and may shrink by rounding: a cumulative count never does. */
function monotonic(buckets: readonly Bucket[]): Bucket[] {
  let before = 0;
  return buckets.map(({ upper, count }, index) => {
    const same = index > 0 && Math.abs(count - before) <= rounding * (Math.abs(count) + Math.abs(before));
    if (index === 0 || (!same && count > before)) before = count;
    return { upper, count: before };
  });
}
