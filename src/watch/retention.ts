const hour = 3_600_000;
/** How long samples are kept where there is room, milliseconds: every one of them, and one of every two minutes. */
const longest = { raw: 6 * hour, thinned: 8 * 24 * hour };
/** The rules' shorter windows need a quarter of an hour of raw samples. */
const leastShare = hour / 4 / longest.raw;

/** What samples.db may hold, bytes. */
export const samplesLimit = 100 * 1024 * 1024;

/** Milliseconds that samples are kept at a share of the longest times; the thinned ones give way first. */
export const keptFor = (share: number): typeof longest => ({
  raw: share * longest.raw,
  thinned: share ** 2 * longest.thinned,
});

/**
 * The share of the longest times from now on: less while the file holds more than its limit, so that the oldest go
 * first, and slowly more again when there is room.
 */
export function adaptShare(share: number, bytes: number, limit = samplesLimit): number {
  if (bytes > limit) return Math.max(leastShare, share * 0.9);
  return bytes < 0.8 * limit ? Math.min(1, share * 1.02) : share;
}
