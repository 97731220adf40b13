import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diagnoseText } from '../../src/triage/diagnose.ts';

/** Each log was made on a real Ollama by causing what its name says. */
test.each([
  ['0.32.15-load-and-chat-ok', 'healthy'],
  ['0.32.15-runner-crash-kill', 'runner-crash-segv'],
  ['0.32.15-model-too-large', 'sys-mem-insufficient'],
  ['0.24.0-num-ctx-reload', 'reload-thrash'],
  ['0.32.15-queue-full-cold', 'queue-full'],
  ['0.24.0-queue-full-hot', 'hot-queue-wait'],
  ['0.24.0-client-abort-generation', 'client-abort'],
  ['0.24.0-start-with-gguf-garbage', 'model-file-corrupt'],
  ['0.32.15-gguf-unknown-arch', 'model-unsupported'],
  ['0.24.0-start-models-dir-unreadable', 'model-store-permission'],
  ['0.32.15-cgroup-oom.dmesg', 'host-oom-killed'],
])('a real log, %s, is %s', async (name, cause) => {
  const file = new URL(`../fixtures/triage/ollama/${name}.log`, import.meta.url);
  const { verdict } = await diagnoseText(readFileSync(file, 'utf8'), { source: name });
  expect(verdict.cause).toBe(cause);
});
