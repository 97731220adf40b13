import { expect, test } from 'vitest';
import { diagnoseText } from '../../src/triage/diagnose.ts';

const told = async (...lines: readonly string[]) =>
  (await diagnoseText(lines.join('\n'), { source: 'pasted' })).verdict;

const timedOut =
  '2026/05/06 07:08:09 [error] 31#31: *4411 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 198.51.100.9, server: a, request: "POST /v1/chat/completions HTTP/1.1"';

test("Ollama's reason among Nginx's lines is the cause, and Nginx's its echo", async () => {
  const { cause } = await told(
    timedOut,
    timedOut,
    'time=2026-05-06T07:08:09.123Z level=INFO source=sched.go:470 msg="Load failed" error="timed out waiting for llama runner to start - progress 0.12 - "',
  );
  expect(cause).toBe('model-load-timeout');
});

test("the kernel's reason among Ollama's lines is the cause", async () => {
  const { cause } = await told(
    '[GIN] 2026/05/06 - 07:08:09 | 500 |   3.1s |   127.0.0.1 | POST     "/api/chat"',
    'time=2026-05-06T07:08:09.123Z level=ERROR source=server.go:464 msg="llama runner terminated" error="signal: killed"',
    'May  6 07:08:09 gpu1 kernel: Out of memory: Killed process 812 (ollama) total-vm:81234567kB',
  );
  expect(cause).toBe('host-oom-killed');
});

test('what a caller wrote accuses nobody, in whichever log it stands', async () => {
  const { cause } = await told(
    '198.51.100.9 - - [06/May/2026:07:08:09 +0000] "GET /?q=CUDA+error:+out+of+memory HTTP/1.1" 200 612 "-" "failed: connection refused 11434"',
    '198.51.100.9 - - [06/May/2026:07:08:10 +0000] "GET / HTTP/1.1" 200 612 "-" "curl"',
    'time=2026-05-06T07:08:09.123Z level=INFO source=routes.go:1 msg="chat" prompt="panic: CUDA error: out of memory"',
  );
  expect(cause).toBe('healthy');
});

test("Nginx's error log decides what a 502 of its access log means", async () => {
  const { cause } = await told(
    timedOut.replace(/upstream timed out .* from upstream/, 'no live upstreams while connecting to upstream'),
    '198.51.100.9 - - [06/May/2026:07:08:09 +0000] "POST /v1/chat/completions HTTP/1.1" 502 157 "-" "curl"',
  );
  expect(cause).toBe('no-live-upstreams');
});

test('a line that was cut off in a known phrase is read to its end', async () => {
  expect((await told('Sorry, llama runner process has termina')).cause).toBe('runner-crash-segv');
  expect((await told(`${timedOut.slice(0, 100)}>`, 'May 06 07:08:09 web systemd[1]: Started a thing.')).cause).toBe(
    'upstream-timeout',
  );
  expect((await told('2023/10/11 15:40:08 llama.go:313: starting llama runner')).cause).toBe('healthy');
});

test('a line behind a whole line of another program is no rest of it, however wide that is', async () => {
  const gin = '[GIN] 2026/05/06 - 07:08:12 | 500 |   3.1s |       10.0.0.9 | POST     "/api/chat"';
  expect((await told(gin, 'GGML_ASSERT(n_tokens_all <= cparams.n_batch) failed')).cause).toBe('runner-crash-segv');
  expect(
    (await told(timedOut.replace(/upstream.*upstream/, 'access forbidden by rule'), 'nvidia-smi: not found')).cause,
  ).toBe('driver-not-loaded');
});

test('a model that is unloaded to be loaded anew hints at callers who want it in other ways, another model does not', async () => {
  const unload = (path: string) =>
    told(
      'time=2024-11-20T21:27:53.535-05:00 level=DEBUG source=sched.go:575 msg="evaluating already loaded" model=/blobs/sha256-3ac8',
      `time=2024-11-20T21:27:53.535-05:00 level=DEBUG source=sched.go:283 msg="resetting model to expire immediately to make room" modelPath=${path} refCount=0`,
    );
  expect((await unload('/blobs/sha256-3ac8')).cause).toBe('reload-thrash');
  expect((await unload('/blobs/sha256-77aa')).cause).toBe('healthy');
});

test('Nginx that ended hints at Nginx, one that was started again does not', async () => {
  const ended = ['2021/03/30 21:34:56 [notice] 14#14: signal 15 (SIGTERM) received, exiting'];
  const begun = '2021/03/30 21:35:02 [notice] 1#1: start worker process 22';
  expect((await told(...ended)).cause).toBe('nginx-down');
  expect((await told(...ended, begun)).cause).toBe('healthy');
});
