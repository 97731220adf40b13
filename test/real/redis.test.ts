import { Redis } from 'ioredis';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { RateLimiter } from '../../gateway/admission/rate-limit.ts';
import { createRedisLimiter } from '../../gateway/admission/rate-limit-redis.ts';
import { limiterContract } from '../gateway/admission/support/limiter-contract.ts';
import { startRig } from '../gateway/support/gateway.ts';
import { eventually, freePort, type RunningProgram, startProgram, temporaryFolder } from '../support/ops.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';

const program = findProgram('redis-server');
const password = 'pass-w0rd-of-the-store';
const limits = { max_requests: 3, window_seconds: 60 };

async function startRedis(port: number): Promise<RunningProgram> {
  const options = {
    port,
    bind: '127.0.0.1',
    save: '',
    appendonly: 'no',
    dir: temporaryFolder('redis'),
    requirepass: password,
  };
  const server = startProgram(
    program ?? 'redis-server',
    Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
  );
  await eventually('Redis', () => server.output().includes('Ready to accept connections'));
  return server;
}

/** Moves the store's clock for all keys: what is left of their life becomes shorter. */
async function pass(redis: Redis, ms: number): Promise<void> {
  for (const key of await redis.keys('*')) await redis.pexpire(key, (await redis.pttl(key)) - ms);
}

function collectLog() {
  const lines: string[] = [];
  return { log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }), lines };
}

realPart('redis-server', program !== undefined)('the limit in Redis', () => {
  let port = 0;
  let server: RunningProgram | undefined;
  let url = '';
  let redis: Redis;

  beforeAll(async () => {
    port = await freePort();
    server = await startRedis(port);
    url = `redis://:${password}@127.0.0.1:${port}/0`;
    redis = new Redis(url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server?.stop();
  });

  const open = (own = limits, address = url) => {
    const { log, lines } = collectLog();
    const limiter = createRedisLimiter(address, own, log);
    onTestFinished(() => limiter.close());
    return { limiter, lines };
  };

  describe('keeps the contract', () => {
    limiterContract(async (own) => {
      await redis.flushall();
      return { limiter: createRedisLimiter(url, own, collectLog().log), pass: (ms) => pass(redis, ms) };
    });
  });

  test('is one limit for several gateways, and keeps no address and no key', async () => {
    await redis.flushall();
    const replicas = [open().limiter, open().limiter];
    const take = async (limiter: RateLimiter | undefined) => (await limiter?.take('key-1\n203.0.113.9'))?.allowed;
    const allowed = [];
    for (let count = 0; count < 4; count += 1) allowed.push(await take(replicas[count % 2]));
    expect(allowed).toEqual([true, true, true, false]);
    expect((await redis.keys('*')).join()).not.toMatch(/203\.0\.113|key-1/);
  });

  test('a gateway answers 429 by it, with the same headers as in memory', async () => {
    await redis.flushall();
    const { chat } = await startRig({ config: { rate_limit: { max_requests: 1, store: url } } });
    const first = await chat();
    expect([first.status, first.headers.get('x-ratelimit-remaining-requests')]).toEqual([200, '0']);
    const second = await chat();
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '60']);
  });

  test('a wrong password is told once, and never itself', async () => {
    const { limiter, lines } = open(limits, `redis://:not-${password}@127.0.0.1:${port}/0`);
    expect(await limiter.take('a')).toBeUndefined();
    expect(await limiter.take('a')).toBeUndefined();
    expect(lines).toHaveLength(1);
    expect(lines.join()).toContain(`127.0.0.1:${port}`);
    expect(lines.join()).not.toContain(password);
  });

  test('a store that is lost gives no verdict, and is asked again once it is back', async () => {
    await redis.flushall();
    const { limiter, lines } = open();
    expect(await limiter.take('a')).toMatchObject({ allowed: true });
    await server?.stop();
    await eventually('no verdict', async () => (await limiter.take('a')) === undefined);
    server = await startRedis(port);
    await eventually('a verdict', async () => (await limiter.take('a')) !== undefined);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'the store of the rate limit does not answer',
      'the store of the rate limit answers again',
    ]);
  });

  test('a store that hangs does not hold requests', async () => {
    const { limiter, lines } = open();
    await limiter.take('a');
    server?.process.kill('SIGSTOP');
    try {
      expect(await limiter.take('a')).toBeUndefined();
    } finally {
      server?.process.kill('SIGCONT');
    }
    expect(lines.join()).toContain('does not answer');
    await eventually('a verdict', async () => (await limiter.take('a')) !== undefined);
  });
});

test.each([
  ['open', 200, ''],
  ['closed', 503, 'rate_store'],
])('a gateway whose store was never there starts, and %s means %i', async (on_store_failure, status, reason) => {
  const store = `redis://:${password}@127.0.0.1:${await freePort()}`;
  const { chat, metrics } = await startRig({ config: { rate_limit: { store, on_store_failure } } });
  const response = await chat();
  expect(response.status).toBe(status);
  if (status === 503) expect(response.headers.get('retry-after')).toBe('5');
  const text = await metrics();
  expect(text).toMatch(/^llm_gateway_rate_limit_store_failures_total 1$/m);
  if (reason !== '')
    expect(text).toMatch(new RegExp(`llm_gateway_rejections_total\\{[^}]*reason="${reason}"[^}]*\\} 1`));
});
