import { afterEach, describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../src/triage/diagnosis.ts';
import { accessLine, closeServers, localTime, minutesAgo, triageOf } from './world.ts';

afterEach(closeServers);

const states = ({ steps }: Diagnosis) => steps.map(({ state }) => state).join(' ');
const chat = accessLine('POST /v1/chat/completions', 200);
const page = accessLine('GET /', 200, 4711, minutesAgo(40));
const fine = { access: [chat], audit: [{}] };

describe('the five boxes', () => {
  test('a healthy installation is healthy in every box', async () => {
    const diagnosis = await triageOf(fine);
    expect(diagnosis.verdict.cause).toBe('healthy');
    expect(states(diagnosis)).toBe('healthy healthy healthy healthy healthy');
  });

  test('no request at Nginx: none logged, none open, and everything runs', async () => {
    const diagnosis = await triageOf({ access: [page], audit: [] });
    expect(diagnosis.verdict).toMatchObject({ cause: 'no-request-seen', step: 1 });
    expect(diagnosis.steps[0]?.state).toBe('fault');
  });

  test('no request at Nginx is not claimed while the open requests are unknown', async () => {
    const diagnosis = await triageOf({ access: [page], audit: [], open: 'unreachable' });
    expect(diagnosis.verdict.cause).toBe('unknown');
    expect(diagnosis.steps[0]?.state).toBe('unknown');
  });

  test('no request at Nginx is claimed for a window so old that every request has ended', async () => {
    const window = { from: Date.now() - 120 * 60_000, to: Date.now() - 100 * 60_000 };
    const diagnosis = await triageOf({ access: [page], audit: [], open: 'unreachable' }, { window });
    expect(diagnosis.verdict.cause).toBe('no-request-seen');
  });

  test('a request lost between Nginx and the gateway that refuses connections', async () => {
    const line = `${localTime()} [error] 1#1: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.7, request: "POST /v1/chat/completions HTTP/1.1"`;
    const diagnosis = await triageOf({
      access: [accessLine('POST /v1/chat/completions', 502, 157)],
      nginxError: [line],
      audit: [],
    });
    expect(diagnosis.verdict).toMatchObject({ cause: 'upstream-refused', step: 2 });
    expect(diagnosis.verdict.evidence[0]).toMatchObject({ line: 1, text: line });
    expect(diagnosis.steps.map(({ state }) => state).slice(0, 2)).toEqual(['healthy', 'fault']);
  });

  test('a fault without a box of its own stands in the nearest, which says so', async () => {
    const full = `${localTime()} [alert] 1#1: *1 4 worker_connections are not enough`;
    const { steps } = await triageOf({ ...fine, nginxError: [full] });
    expect(steps[0]).toMatchObject({
      state: 'fault',
      answer: {
        en: 'Nginx has no free connections (no box of its own; this is the nearest)',
        zh: 'Nginx 连接数用尽(流程图无此项,归入最接近的这一步)',
      },
    });
  });

  test("an answer of the gateway is not taken for a page of Nginx's, though it has its size", async () => {
    const access = [accessLine('POST /v1/chat/completions', 429, 166)];
    const slow = { ttft: 9, response_time: 12 };
    expect((await triageOf({ access, audit: [slow] })).verdict.cause).toBe('rate-limited');
    const refused = { request_id: 'r2', status: 429, outcome: 'rejected', error: 'rate_limit_exceeded' } as const;
    const { verdict, also } = await triageOf({ access, audit: [slow, refused] });
    expect([verdict, ...also].map(({ cause }) => cause)).not.toContain('rate-limited');
  });

  test('a gateway that does not run is named as such', async () => {
    const diagnosis = await triageOf({ ...fine, gateway: 'down', open: 'unreachable' });
    expect(diagnosis.verdict).toMatchObject({ cause: 'gateway-down', step: 2 });
  });

  test('a request lost between Clawdbot and a gateway that runs', async () => {
    const diagnosis = await triageOf({ access: [accessLine('POST /api/chat/send', 200)], audit: [] }, {});
    expect(diagnosis.verdict.cause).toBe('request-lost');
    const clawdbot = await triageOf({ access: [accessLine('GET /ws', 101)], audit: [] });
    expect(clawdbot.verdict).toMatchObject({ cause: 'request-lost', step: 2 });
    expect(clawdbot.steps[1]?.question.en).toContain('Clawdbot → gateway');
  });

  test('chats of Clawdbot never show as /v1, and that is healthy', async () => {
    const diagnosis = await triageOf({ access: [accessLine('GET /ws', 101)], audit: [{ client_ip: '127.0.0.1' }] });
    expect(diagnosis.verdict.cause).toBe('healthy');
    expect(diagnosis.steps[1]?.question.en).toContain('Clawdbot → gateway');
  });

  test('a request that is stuck right now has no log line, but is open', async () => {
    const open = [{ request_id: 'stuck-1', age: 21, phase: 'prefill' as const, phase_age: 20 }];
    const diagnosis = await triageOf({ access: [page], audit: [], open });
    expect(diagnosis.verdict).toMatchObject({ cause: 'ollama-slow', step: 3 });
    expect(diagnosis.verdict.evidence[0]?.text).toContain('stuck-1 open for 21 s');
    expect(states(diagnosis)).toBe('healthy healthy fault healthy healthy');
  });

  test('an open request without a token for more than a minute is a hang', async () => {
    const open = [
      { request_id: 'a', age: 95, phase: 'prefill' as const, phase_age: 94 },
      { request_id: 'b', age: 60, phase: 'queue' as const, phase_age: 60 },
    ];
    expect((await triageOf({ audit: [], open })).verdict.cause).toBe('runner-hang');
  });

  test('a long answer that receives its tokens is not stuck', async () => {
    const open = [{ age: 300, phase: 'decode' as const, phase_age: 299 }];
    expect((await triageOf({ ...fine, open })).verdict.cause).toBe('healthy');
  });

  test('a started line without an end stands for the open requests that cannot be asked', async () => {
    const started = { type: 'started' as const, request_id: 's1', status: null, outcome: null, response_time: null };
    const diagnosis = await triageOf({ audit: [started], open: 'unreachable' });
    expect(diagnosis.verdict.cause).toBe('ollama-slow');
    expect(diagnosis.verdict.evidence[0]?.text).toContain('s1');
  });

  test.each(['down', 'silent'] as const)('Ollama %s', async (ollama) => {
    const failed = {
      status: 503,
      outcome: 'upstream_error' as const,
      error: 'service_unavailable',
      response_time: 3.1,
    };
    const diagnosis = await triageOf({ ...fine, audit: [{ ...failed, ttft: null }], ollama });
    expect(diagnosis.verdict).toMatchObject({ cause: 'service-down', step: 3 });
  });

  test('Ollama slow: the first token late, our own queue not counted', async () => {
    expect((await triageOf({ ...fine, audit: [{ ttft: 8.2, response_time: 9 }] })).verdict.cause).toBe('ollama-slow');
    const queued = await triageOf({ ...fine, audit: [{ ttft: 8.2, queue_time: 7.9, response_time: 9 }] });
    expect(queued.verdict.cause).toBe('hot-queue-wait');
  });

  test('GPU out of memory explains the crash and the slowness', async () => {
    const at = minutesAgo(1).toISOString();
    const ollamaLog = [
      'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 120.28 MiB on device 0: cudaMalloc failed: out of memory',
      `time=${at} level=ERROR source=server.go:464 msg="llama runner terminated" error="exit status 2"`,
    ];
    const diagnosis = await triageOf({ ...fine, audit: [{ ttft: 8 }], ollamaLog });
    expect(diagnosis.verdict).toMatchObject({ cause: 'gpu-oom', step: 4 });
    expect(diagnosis.also.map(({ cause }) => cause)).toEqual(
      expect.arrayContaining(['runner-crash-segv', 'ollama-slow']),
    );
  });

  test('a runner crash is named, and the kernel outranks it', async () => {
    const at = minutesAgo(1);
    const crash = `time=${at.toISOString()} level=WARN source=server.go:1305 msg="llama runner process no longer running" sys=9 string="signal: killed"`;
    expect((await triageOf({ ...fine, ollamaLog: [crash] })).verdict.cause).toBe('runner-crash-segv');
    const kernel = ['[ 1731.57] Memory cgroup out of memory: Killed process 30699 (ollama) total-vm:3066860kB'];
    expect((await triageOf({ ...fine, ollamaLog: [crash], kernel })).verdict.cause).toBe('host-oom-killed');
  });

  test('a crash before the window is not the cause', async () => {
    const at = minutesAgo(60).toISOString();
    const ollamaLog = [
      `time=${at} level=ERROR source=server.go:464 msg="llama runner terminated" error="exit status 2"`,
    ];
    expect((await triageOf({ ...fine, ollamaLog })).verdict.cause).toBe('healthy');
  });

  test('GPU hot', async () => {
    const diagnosis = await triageOf({ ...fine, celsius: 91 });
    expect(diagnosis.verdict).toMatchObject({ cause: 'gpu-hot', step: 5 });
    expect(diagnosis.verdict.evidence[0]?.text).toContain('91 C');
    expect((await triageOf({ ...fine, celsius: 85 })).verdict.cause).toBe('healthy');
  });

  test('evidence that is missing is a question mark with the way to get it', async () => {
    const diagnosis = await triageOf({ celsius: 'missing' });
    expect(diagnosis.verdict.cause).toBe('unknown');
    expect(diagnosis.steps[4]?.state).toBe('unknown');
    expect(diagnosis.sources).toContainEqual(expect.objectContaining({ kind: 'nvidia-smi', state: 'missing' }));
    expect(diagnosis.sources.find(({ kind }) => kind === 'gateway-log')?.note).toContain('--log');
  });

  test('one request is told apart from the others', async () => {
    const audit = [{ request_id: 'fast' }, { request_id: 'slow', ttft: 12, response_time: 13 }];
    expect((await triageOf({ ...fine, audit }, { requestId: 'fast' })).verdict.cause).toBe('healthy');
    expect((await triageOf({ ...fine, audit }, { requestId: 'slow' })).verdict.cause).toBe('ollama-slow');
  });

  test('the gateway is asked whether it lives and whether it is ready', async () => {
    const { sources } = await triageOf({ audit: [{}] });
    expect(sources.find(({ kind }) => kind === 'gateway-api')).toMatchObject({ state: 'read', lines: 2 });
  });
});
