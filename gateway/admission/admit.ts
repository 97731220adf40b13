import type { Clock } from '../../src/clock.ts';
import { OpsError } from '../../src/errors.ts';
import type { GatewayConfig } from '../config.ts';
import type { Admitted, Inbound, Rejection } from './admitted.ts';
import { createKeyCheck } from './key.ts';
import { createRateLimiter, rateHeaders } from './rate-limit.ts';

/** Key of watch's canary and triage's probe: no limit, marked in the audit log. */
const probeKeyId = 'ops-canary';

/** Decides on a caller before its body is read; `generation` requests are counted. */
export type Admission = (inbound: Inbound, generation: boolean) => Admitted | Rejection;

/** The stages key and rate limit of one gateway. */
export function createAdmission(config: GatewayConfig, clock: Clock): Admission {
  const checkKey = createKeyCheck(config.auth);
  const limiter = createRateLimiter(config.rate_limit, clock);
  const identity = (inbound: Inbound, keyId: string | null) => identityOf(config, inbound, keyId);
  return (inbound, generation) => {
    const keyId = checkKey(inbound);
    if (keyId === undefined) return { error: new OpsError('invalid_api_key'), headers: {}, keyId: null };
    const probe = keyId === probeKeyId;
    if (!config.rate_limit.enabled || !generation || probe) return { keyId, probe, headers: {} };
    const verdict = limiter.take(identity(inbound, keyId));
    const headers = rateHeaders(verdict);
    if (verdict.allowed) return { keyId, probe, headers };
    return { error: new OpsError('rate_limit_exceeded', { seconds: headers['retry-after'] }), headers, keyId };
  };
}

function identityOf({ rate_limit, auth }: GatewayConfig, inbound: Inbound, keyId: string | null): string {
  const client = (auth.trust_user_header ? inbound.userId : null) ?? inbound.clientIp;
  if (rate_limit.by === 'key') return keyId ?? '';
  return rate_limit.by === 'client' ? client : `${keyId ?? ''}\n${client}`;
}
