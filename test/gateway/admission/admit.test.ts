import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Admission, createAdmission } from '../../../gateway/admission/admit.ts';
import { type Admitted, type Inbound, isRejection, type Rejection } from '../../../gateway/admission/admitted.ts';
import { gatewaySchema } from '../../../gateway/config.ts';
import { gatewayMetrics } from '../../../src/catalogue/index.ts';
import { systemClock } from '../../../src/clock.ts';
import { createLog } from '../../../src/telemetry/log.ts';
import { createMetrics } from '../../../src/telemetry/registry.ts';

const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');

function admission(section: object, previous?: Admission): Admission {
  const metrics = createMetrics(gatewayMetrics);
  const log = createLog('fatal', 'test');
  return createAdmission(gatewaySchema.parse(section), systemClock, metrics, log, previous);
}

function inbound(headers: Inbound['headers'], fields: Partial<Inbound> = {}): Inbound {
  return {
    requestId: 'request-1',
    clientRequestId: null,
    traceparent: undefined,
    method: 'POST',
    path: '/v1/chat/completions',
    clientIp: '198.51.100.7',
    proxied: false,
    userId: null,
    headers,
    ...fields,
  };
}

/** A memory store answers at once. */
function decide(admit: Admission, request: Inbound, generation = true): Admitted | Rejection {
  const result = admit(request, generation);
  if (result instanceof Promise) throw new Error('a promise without a shared store');
  return result;
}

const auth = { valid_keys: ['plain', { id: 'alice', sha256: sha256('hers') }, { id: 'bob', sha256: sha256('his') }] };

test.each<[string, Inbound['headers'], string | undefined]>([
  ['a plain key has a number', { 'x-api-key': 'plain' }, 'key-1'],
  ['a hashed key has its id', { 'x-api-key': 'his' }, 'bob'],
  ['Bearer is understood', { authorization: 'Bearer hers' }, 'alice'],
  ['whatever its case and blanks', { authorization: 'bearer   hers' }, 'alice'],
  ['the own header wins', { 'x-api-key': 'his', authorization: 'Bearer hers' }, 'bob'],
  ['the digest is not the key', { 'x-api-key': sha256('his') }, undefined],
  ['a part of a key is not the key', { 'x-api-key': 'plai' }, undefined],
  ['nothing', {}, undefined],
  ['an empty header', { 'x-api-key': '' }, undefined],
  ['Basic', { authorization: 'Basic aGVycw==' }, undefined],
  ['a list of keys', { authorization: 'Bearer hers, his' }, undefined],
])('%s', (_name, headers, expected) => {
  const result = decide(admission({ auth }), inbound(headers));
  if (expected === undefined) expect(result).toMatchObject({ error: { code: 'invalid_api_key' }, keyId: null });
  else expect(result).toMatchObject({ keyId: expected });
});

test('a revoked key is refused by the next admission, whose counters go on', () => {
  const rate_limit = { max_requests: 2 };
  const before = admission({ auth, rate_limit });
  const hers = inbound({ 'x-api-key': 'hers' });
  decide(before, hers);
  const after = admission({ auth: { valid_keys: auth.valid_keys.slice(0, 2) }, rate_limit }, before);
  expect(decide(after, inbound({ 'x-api-key': 'his' }))).toMatchObject({ error: { code: 'invalid_api_key' } });
  expect(decide(after, hers).headers['x-ratelimit-remaining-requests']).toBe('0');
  expect(isRejection(decide(after, hers))).toBe(true);
  const widened = admission({ auth, rate_limit: { max_requests: 5 } }, after);
  expect(decide(widened, hers).headers['x-ratelimit-remaining-requests']).toBe('4');
});

test.each<[string, object, Partial<Inbound>, string]>([
  ['key and client', {}, {}, 'alice\n198.51.100.7'],
  ['key', { rate_limit: { by: 'key' } }, {}, 'alice'],
  ['client', { rate_limit: { by: 'client' } }, {}, '198.51.100.7'],
  ['a user that nobody vouches for', {}, { userId: 'u1' }, 'alice\n198.51.100.7'],
  ['a trusted user', { auth: { ...auth, trust_user_header: true } }, { userId: 'u1' }, 'alice\nu1'],
  ['keys are off', { auth: { enabled: false } }, {}, '\n198.51.100.7'],
  ['the limit is off', { rate_limit: { enabled: false } }, {}, 'alice\n198.51.100.7'],
])('the identity by %s', (_name, section, fields, identity) => {
  const admit = admission({ auth, ...section });
  const request = inbound({ 'x-api-key': 'hers' }, fields);
  expect(decide(admit, request)).toMatchObject({ identity });
  expect(decide(admit, request, false)).toMatchObject({ identity, headers: {} });
});

test('only generation is counted, and the canary is not', () => {
  const canary = { id: 'ops-canary', sha256: sha256('tweet') };
  const admit = admission({ auth: { valid_keys: ['plain', canary] }, rate_limit: { max_requests: 1 } });
  const plain = inbound({ 'x-api-key': 'plain' });
  for (let count = 0; count < 3; count += 1) expect(isRejection(decide(admit, plain, false))).toBe(false);
  expect(isRejection(decide(admit, plain))).toBe(false);
  expect(isRejection(decide(admit, plain))).toBe(true);
  for (let count = 0; count < 3; count += 1) {
    expect(decide(admit, inbound({ 'x-api-key': 'tweet' }))).toMatchObject({ probe: true, headers: {} });
  }
});
