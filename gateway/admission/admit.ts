import { rateLimitStoreFailures } from '../../src/catalogue/gateway.ts';
import type { Clock } from '../../src/clock.ts';
import { OpsError } from '../../src/errors.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { Metrics } from '../../src/telemetry/registry.ts';
import type { GatewayConfig } from '../config.ts';
import type { Admitted, Inbound, Rejection } from './admitted.ts';
import { createKeyCheck } from './key.ts';
import { createMemoryLimiter, type RateLimiter, type RateVerdict, rateHeaders } from './rate-limit.ts';
import { createRedisLimiter } from './rate-limit-redis.ts';

/** Key of watch's canary: no limit, marked in the audit log. */
const probeKeyId = 'ops-canary';

/** Decides on a caller before its body is read. */
export interface Admission {
  /**
   * Checks the key and counts a `generation` request. The answer is a promise only where the limit is asked of another
   * machine.
   */
  (inbound: Inbound, generation: boolean): Admitted | Rejection | Promise<Admitted | Rejection>;
  /** The counters, and the settings they belong to. */
  readonly limit: Limit;
  close(): Promise<void>;
}

interface Limit {
  readonly settings: string;
  readonly limiter: RateLimiter;
}

/**
 * The stages key and rate limit of one configuration. `previous` is the admission of the configuration before: its
 * counters go on unless the limit itself was changed, and it needs no `close` any more.
 */
export function createAdmission(
  config: GatewayConfig,
  clock: Clock,
  metrics: Metrics,
  log: Log,
  previous?: Admission,
): Admission {
  const { rate_limit } = config;
  const checkKey = createKeyCheck(config.auth);
  const limit = limitOf(rate_limit, clock, log, previous?.limit);

  const decide = (admitted: Admitted, verdict: RateVerdict | undefined): Admitted | Rejection => {
    if (verdict) return judge(admitted, verdict);
    metrics.add(rateLimitStoreFailures, {});
    if (rate_limit.on_store_failure === 'open') return admitted;
    const error = new OpsError('service_unavailable', { seconds: 5, reason: 'rate_store' });
    return { error, headers: {}, keyId: admitted.keyId };
  };

  const admit = (inbound: Inbound, generation: boolean) => {
    const keyId = checkKey(inbound);
    if (keyId === undefined) return { error: new OpsError('invalid_api_key'), headers: {}, keyId: null };
    const identity = identityOf(config, inbound, keyId);
    const admitted: Admitted = { keyId, identity, probe: keyId === probeKeyId, headers: {} };
    if (!rate_limit.enabled || !generation || admitted.probe) return admitted;
    const verdict = limit.limiter.take(identity);
    return verdict instanceof Promise ? verdict.then((late) => decide(admitted, late)) : decide(admitted, verdict);
  };
  return Object.assign(admit, { limit, close: () => limit.limiter.close() });
}

function limitOf(rateLimit: GatewayConfig['rate_limit'], clock: Clock, log: Log, previous: Limit | undefined): Limit {
  const settings = JSON.stringify(rateLimit);
  if (previous?.settings === settings) return previous;
  // Requests under way still ask the old store; it ends behind them.
  void previous?.limiter.close();
  const { enabled, store } = rateLimit;
  const shared = enabled && store !== 'memory';
  return {
    settings,
    limiter: shared ? createRedisLimiter(store, rateLimit, log) : createMemoryLimiter(rateLimit, clock),
  };
}

function judge(admitted: Admitted, verdict: RateVerdict): Admitted | Rejection {
  const headers = rateHeaders(verdict);
  if (verdict.allowed) return { ...admitted, headers };
  const error = new OpsError('rate_limit_exceeded', { seconds: headers['retry-after'] });
  return { error, headers, keyId: admitted.keyId };
}

/** The key's id and the client. Where keys are off and the limit is by key, all callers share one. */
function identityOf({ rate_limit, auth }: GatewayConfig, inbound: Inbound, keyId: string | null): string {
  const client = (auth.trust_user_header ? inbound.userId : null) ?? inbound.clientIp;
  if (rate_limit.by === 'key') return keyId ?? '';
  return rate_limit.by === 'client' ? client : `${keyId ?? ''}\n${client}`;
}
