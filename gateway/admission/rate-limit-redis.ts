import type { Redis } from 'ioredis';
import type { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { rateLimitStoreFailures } from '../../src/catalogue/gateway.ts';
import { reasonOf } from '../../src/errors.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { Metrics } from '../../src/telemetry/registry.ts';
import type { GatewayConfig } from '../config.ts';
import type { RateLimiter, RateVerdict } from './rate-limit.ts';

type RateLimit = GatewayConfig['rate_limit'];

/** Time that the store has for an answer; a request waits no longer for its limit. */
const storeTimeoutMs = 500;

interface Store {
  readonly redis: Redis;
  readonly limiter: RateLimiterRedis;
}

/**
 * The limit of the memory store, shared by every gateway that uses the same Redis or Valkey. The library's
 * `blockDuration` is the article's rule: the request over the limit starts a whole window anew, later ones do not.
 * Without an answer of the store `on_store_failure` decides, and the failure is counted.
 */
export function createSharedLimiter(config: RateLimit, metrics: Metrics, log: Log): RateLimiter {
  const store = openStore(config, log);
  let failing = false;
  const failed = (thrown: unknown): RateVerdict => {
    metrics.add(rateLimitStoreFailures, {});
    if (!failing) {
      const fields = { reason: reasonOf(thrown), on_store_failure: config.on_store_failure };
      log.error(fields, 'the rate limit store does not answer (told once until it works again)');
    }
    failing = true;
    return { kind: 'unknown', allowed: config.on_store_failure === 'open' };
  };
  return {
    async take(identity) {
      try {
        const { limiter } = await store;
        const result = await limiter.consume(identity).catch(refusal);
        failing = false;
        return verdictOf(result, config.max_requests);
      } catch (thrown) {
        return failed(thrown);
      }
    },
    async close() {
      (await store).redis.disconnect();
    },
  };
}

/** A refusal is a plain object, a failure of the store an Error: the library rejects with both. */
function refusal(rejected: unknown): RateLimiterRes {
  if (rejected instanceof Error) throw rejected;
  return rejected as RateLimiterRes;
}

function verdictOf({ consumedPoints, msBeforeNext }: RateLimiterRes, limit: number): RateVerdict {
  const allowed = consumedPoints <= limit;
  return { kind: 'known', allowed, limit, remaining: Math.max(0, limit - consumedPoints), resetMs: msBeforeNext };
}

/** The libraries are loaded only where a store is configured; a store that is not there yet does not hold up the start. */
async function openStore({ store, max_requests, window_seconds }: RateLimit, log: Log): Promise<Store> {
  const [{ Redis }, { RateLimiterRedis }] = await Promise.all([import('ioredis'), import('rate-limiter-flexible')]);
  const redis = new Redis(store, {
    commandTimeout: storeTimeoutMs,
    connectTimeout: storeTimeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2000),
  });
  // Told by the request that it concerns; without a listener the process would end.
  redis.on('error', (error) => log.debug({ reason: reasonOf(error) }, 'rate limit store'));
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `clawdbot-ops:rate:${max_requests}:${window_seconds}`,
    points: max_requests,
    duration: window_seconds,
    blockDuration: window_seconds,
  });
  return { redis, limiter };
}
