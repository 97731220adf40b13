const hour = 3_600_000;
/** How long raw samples are kept where there is room. */
export const longestMs = 6 * hour;
/** What the rules' shorter windows need. */
const shortestMs = hour / 4;

/** What samples.db may hold, bytes. */
export const samplesLimit = 100 * 1024 * 1024;

/**
 * Milliseconds that raw samples are kept from now on: less while the file holds more than its limit, so that the oldest
 * go first, and slowly more again when there is room.
 */
export function keepRaw(keptMs: number, bytes: number, limit = samplesLimit): number {
  if (bytes > limit) return Math.max(shortestMs, keptMs * 0.9);
  return bytes < 0.8 * limit ? Math.min(longestMs, keptMs * 1.02) : keptMs;
}
