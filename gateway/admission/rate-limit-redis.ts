import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { reasonOf } from '../../src/errors.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { RateLimiter, RateLimits, RateVerdict } from './rate-limit.ts';

/** A request waits no longer than this for the store, in milliseconds. */
const patienceMs = 500;

/** Pause before the store is called again after it was lost, in milliseconds. */
const reconnectMs = 1000;

/**
 * One step of the limit of rate-limit.ts, in one piece: no replica sees it half done. The window is the key's life. The
 * count goes one beyond the limit, which marks the block.
 *
 * KEYS: the identity's. ARGV: the limit, the window in milliseconds. Returns the count, the milliseconds left, and 1 for
 * allowed.
 */
const takeScript = `
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
local limit = tonumber(ARGV[1])
if count <= limit then
  count = redis.call('INCR', KEYS[1])
  if count == 1 or count == limit + 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return { count, redis.call('PTTL', KEYS[1]), count <= limit and 1 or 0 }
end
return { count, redis.call('PTTL', KEYS[1]), 0 }`;

/**
 * The limit in Redis or Valkey, shared by every gateway that has the same URL. The connection is made in the background
 * and made again for ever. A verdict is undefined while the store does not answer.
 */
export function createRedisLimiter(url: string, limits: RateLimits, log: Log): RateLimiter {
  const tell = tellChanges(new URL(url).host, log);
  const opening = open(url, tell.lost);
  const windowMs = limits.window_seconds * 1000;
  return {
    async take(identity) {
      try {
        const redis = await opening;
        const answer = await redis.eval(takeScript, 1, keyOf(identity), limits.max_requests, windowMs);
        tell.back();
        return toVerdict(answer as [number, number, number], limits.max_requests);
      } catch (thrown) {
        tell.lost(thrown);
        return undefined;
      }
    },
    async close() {
      const redis = await opening.catch(() => undefined);
      await redis?.quit().catch(() => redis.disconnect());
    },
  };
}

/** Resolves once the first attempt has succeeded or failed. The library is loaded here: most gateways count in memory. */
async function open(url: string, lost: (reason: unknown) => void): Promise<Redis> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: patienceMs,
    connectTimeout: patienceMs,
    retryStrategy: () => reconnectMs,
  });
  redis.on('error', lost);
  await redis.connect().catch(lost);
  return redis;
}

/** One line when the store is lost and one when it is back. `host` is the address without the password. */
function tellChanges(host: string, log: Log) {
  let isLost = false;
  return {
    lost(reason: unknown) {
      if (!isLost) log.warn({ store: host, reason: reasonOf(reason) }, 'the store of the rate limit does not answer');
      isLost = true;
    },
    back() {
      if (isLost) log.info({ store: host }, 'the store of the rate limit answers again');
      isLost = false;
    },
  };
}

/** Identities hold addresses and users' names: the store gets their digest. */
const keyOf = (identity: string) => `ops:rate:${createHash('sha256').update(identity).digest('base64url')}`;

function toVerdict([count, leftMs, allowed]: readonly [number, number, number], limit: number): RateVerdict {
  return { allowed: allowed === 1, limit, remaining: Math.max(0, limit - count), resetMs: Math.max(0, leftMs) };
}
