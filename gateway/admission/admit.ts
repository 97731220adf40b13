import { hash } from 'node:crypto';
import type { Clock } from '../../src/clock.ts';
import { OpsError } from '../../src/errors.ts';
import type { Log } from '../../src/telemetry/log.ts';
import type { Metrics } from '../../src/telemetry/registry.ts';
import type { GatewayConfig } from '../config.ts';
import type { Admitted, Inbound, Rejection } from './admitted.ts';
import { createKeyCheck } from './key.ts';
import { createRateLimiter, type RateLimiter, type RateVerdict, rateHeaders } from './rate-limit.ts';
import { createSharedLimiter } from './rate-limit-redis.ts';

/** Key of watch's canary and triage's probe: no limit, marked in the audit log. */
const probeKeyId = 'ops-canary';

type Verdict = Admitted | Rejection;

/** The stages key and rate limit of one gateway. */
export interface Admission {
  /** Decides on a caller before its body is read; `generation` requests are counted. At once, but for a shared store. */
  admit(inbound: Inbound, generation: boolean): Verdict | Promise<Verdict>;
  /** The same under another configuration; who is limited stays so unless the limit itself changed. */
  reload(config: GatewayConfig): Admission;
  close(): Promise<void>;
}

export interface AdmissionInput {
  readonly config: GatewayConfig;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

export function createAdmission(input: AdmissionInput, limiter = openLimiter(input)): Admission {
  const { config } = input;
  const checkKey = createKeyCheck(config.auth);
  return {
    admit(inbound, generation) {
      const keyId = checkKey(inbound);
      if (keyId === undefined) return { error: new OpsError('invalid_api_key'), headers: {}, keyId: null };
      const identity = identityOf(config, inbound, keyId);
      const probe = keyId === probeKeyId;
      if (!config.rate_limit.enabled || !generation || probe) return { keyId, probe, identity, headers: {} };
      const verdict = limiter.take(identity);
      if (!(verdict instanceof Promise)) return judged(verdict, keyId, identity);
      return verdict.then((late) => judged(late, keyId, identity));
    },
    reload(next) {
      const changed = { ...input, config: next };
      if (JSON.stringify(next.rate_limit) === JSON.stringify(config.rate_limit))
        return createAdmission(changed, limiter);
      void limiter.close();
      return createAdmission(changed);
    },
    close: () => limiter.close(),
  };
}

function openLimiter({ config: { rate_limit }, clock, metrics, log }: AdmissionInput): RateLimiter {
  if (!rate_limit.enabled || rate_limit.store === 'memory') return createRateLimiter(rate_limit, clock);
  return createSharedLimiter(rate_limit, metrics, log);
}

function judged(verdict: RateVerdict, keyId: string | null, identity: string): Verdict {
  if (verdict.kind === 'unknown') {
    if (verdict.allowed) return { keyId, probe: false, identity, headers: {} };
    const error = new OpsError('service_unavailable', { seconds: 5, reason: 'rate_store' });
    return { error, headers: {}, keyId };
  }
  const headers = rateHeaders(verdict);
  if (verdict.allowed) return { keyId, probe: false, identity, headers };
  return { error: new OpsError('rate_limit_exceeded', { seconds: headers['retry-after'] }), headers, keyId };
}

/** Whose request it is, for the limit and for turns in the queue: a digest, because a shared store may be read by others. */
function identityOf({ rate_limit, auth }: GatewayConfig, inbound: Inbound, keyId: string | null): string {
  const client = (auth.trust_user_header ? inbound.userId : null) ?? inbound.clientIp;
  const parts = { key: [keyId], client: [client], key_and_client: [keyId, client] }[rate_limit.by];
  return hash('sha256', parts.join('\n'), 'base64url').slice(0, 22);
}
