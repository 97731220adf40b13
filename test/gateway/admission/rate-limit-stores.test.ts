import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../../gateway/admission/rate-limit.ts';
import { createSharedLimiter } from '../../../gateway/admission/rate-limit-redis.ts';
import { gatewaySchema } from '../../../gateway/config.ts';
import { gatewayMetrics } from '../../../src/catalogue/index.ts';
import { systemClock } from '../../../src/clock.ts';
import { createLog } from '../../../src/telemetry/log.ts';
import { createMetrics } from '../../../src/telemetry/registry.ts';
import { findProgram } from '../../real/support/programs.ts';
import { realPart } from '../../real/support/require.ts';
import { startRig } from '../support/gateway.ts';

const program = findProgram('redis-server');

realPart('redis-server', program !== undefined)('a limit, wherever it is kept', () => {
  let redis: ChildProcess;
  let folder: string;
  let url: string;

  const start = async (port: number) => {
    redis = spawn(program ?? '', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder], {
      stdio: 'ignore',
    });
    await vi.waitUntil(() => isListening(port), { timeout: 10_000, interval: 20 });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redis-'));
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    await start(port);
  });

  afterAll(async () => {
    redis?.kill();
    await rm(folder, { recursive: true });
  });

  const config = (changes: object = {}) =>
    gatewaySchema.parse({ rate_limit: { max_requests: 3, window_seconds: 1, store: url, ...changes } }).rate_limit;

  const shared = (changes: object = {}) => {
    const limiter = createSharedLimiter(config(changes), createMetrics(gatewayMetrics), createLog('fatal', 'test'));
    onTestFinished(() => limiter.close());
    return limiter;
  };

  const stores: [string, () => RateLimiter][] = [
    ['in memory', () => createRateLimiter(config(), systemClock)],
    ['in Redis', () => shared()],
  ];

  const take = async (limiter: RateLimiter, identity: string) => {
    // The first answer may be asked for before the connection is there.
    const verdict = await vi.waitUntil(async () => {
      const given = await limiter.take(identity);
      return given.kind === 'known' && given;
    });
    return verdict;
  };

  test.each(stores)(
    '%s: the request over the limit is refused for a whole window, whoever else asks',
    async (name, open) => {
      const limiter = open();
      const identity = `${name}-1`;
      for (const remaining of [2, 1, 0])
        expect(await take(limiter, identity)).toMatchObject({ allowed: true, remaining });
      const refused = await take(limiter, identity);
      expect(refused).toMatchObject({ allowed: false, limit: 3, remaining: 0 });
      expect(refused.resetMs).toBeGreaterThan(900);
      expect(await take(limiter, `${name}-2`)).toMatchObject({ allowed: true });
    },
  );

  test.each(stores)('%s: refused requests neither count nor prolong', async (name, open) => {
    const limiter = open();
    const identity = `${name}-3`;
    for (let count = 0; count < 4; count += 1) await take(limiter, identity);
    await sleep(500);
    const refused = await take(limiter, identity);
    expect(refused.allowed).toBe(false);
    expect(refused.resetMs).toBeLessThan(600);
    await sleep(600);
    expect(await take(limiter, identity)).toMatchObject({ allowed: true, remaining: 2 });
  });

  test.each(stores)('%s: the window starts at the first request', async (name, open) => {
    const limiter = open();
    const identity = `${name}-4`;
    await take(limiter, identity);
    await sleep(1100);
    expect(await take(limiter, identity)).toMatchObject({ allowed: true, remaining: 2 });
  });

  test('two gateways share one limit', async () => {
    const rate_limit = { max_requests: 3, window_seconds: 60, store: url };
    const [one, two] = [await startRig({ config: { rate_limit } }), await startRig({ config: { rate_limit } })];
    const statuses: number[] = [];
    // Without a connection yet a gateway lets requests pass uncounted.
    await vi.waitUntil(async () => (await one.chat()).headers.get('x-ratelimit-remaining-requests') === '2');
    for (const { chat } of [two, one, two, one]) {
      const reply = await chat();
      statuses.push(reply.status);
    }
    expect(statuses).toEqual([200, 200, 429, 429]);
  });

  test.each([
    ['open', 200],
    ['closed', 503],
  ])('a store that is gone: %s', async (on_store_failure, status) => {
    const store = `redis://:secret@127.0.0.1:${await freePort()}`;
    const { chat, metrics, audit } = await startRig({ config: { rate_limit: { store, on_store_failure } } });
    expect((await chat()).status).toBe(status);
    expect(await metrics()).toContain('llm_gateway_rate_limit_store_failures_total 1');
    expect(JSON.stringify(await audit(1))).not.toContain('secret');
  });

  test('the limit works again when the store is back', async () => {
    const limiter = shared({ window_seconds: 60 });
    await take(limiter, 'back');
    const port = Number(new URL(url).port);
    redis.kill();
    await vi.waitUntil(async () => (await limiter.take('back')).kind === 'unknown');
    await start(port);
    expect(await take(limiter, 'back')).toMatchObject({ allowed: true });
  });
});

function isListening(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}`).then(
    () => true,
    (thrown) => thrown.cause?.code !== 'ECONNREFUSED',
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
