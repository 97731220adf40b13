import { expect, test } from 'vitest';
import { gatewaySchema } from '../../../gateway/config.ts';
import { translateChat } from '../../../gateway/translate/chat/request.ts';
import { policyOf } from '../../../gateway/translate/policy.ts';

const models = (section: object) => gatewaySchema.parse({ models: section }).models;

function translate(section: object, fields: object, model = 'qwen3:32b') {
  const body = { model, messages: [{ role: 'user', content: 'hi' }], ...fields };
  const { request, ignored } = translateChat(body, policyOf(models(section), model));
  const { model: _, messages: _messages, stream: _stream, ...rest } = request;
  return { sent: rest, ignored };
}

const sampling = { top_k: 40, min_p: 0.1, typical_p: 0.9, repeat_penalty: 1.1, repeat_last_n: 64, num_keep: 4 };
const reloading = { num_ctx: 8192, num_batch: 256, num_gpu: 1, main_gpu: 0, num_thread: 4, draft_num_predict: 2 };

test.each(['options', 'the top level'])('by default only what loads no model anew may be set (%s)', (place) => {
  const inner = { ...sampling, ...reloading, use_mmap: true };
  const prefix = place === 'options' ? 'options.' : '';
  const fields = place === 'options' ? { options: inner } : inner;
  const { sent, ignored } = translate({}, { ...fields, keep_alive: '10m', truncate: false, shift: true });
  expect(sent).toEqual({ options: sampling, keep_alive: '10m', truncate: false });
  const names = [...Object.keys(reloading), 'use_mmap'].map((name) => prefix + name);
  expect([...ignored].sort()).toEqual([...names, 'shift'].sort());
});

test('a list allows what is in it and nothing else', () => {
  const allow = { 'qwen3:32b': ['options.num_ctx', 'shift'] };
  const fields = { options: { num_ctx: 8192, top_k: 3 }, shift: false, keep_alive: 5 };
  expect(translate({ allow }, fields)).toEqual({
    sent: { options: { num_ctx: 8192 }, shift: false },
    ignored: ['options.top_k', 'keep_alive'],
  });
  expect(translate({ allow: { '*': [] } }, fields).sent).toEqual({});
});

test('what is pinned is always sent, and wins over the caller, who is told', () => {
  const pin_options = {
    'qwen3:32b': { num_ctx: 8192, temperature: 0.2, keep_alive: -1, num_predict: 500, stop: ['x'] },
  };
  const sent = { options: { num_ctx: 8192, temperature: 0.2, num_predict: 500, stop: ['x'] }, keep_alive: -1 };
  expect(translate({ pin_options }, {})).toEqual({ sent, ignored: [] });
  const given = {
    temperature: 1,
    max_tokens: 9,
    keep_alive: '5m',
    stop: 'y',
    options: { num_ctx: 4096, temperature: 2 },
  };
  const { sent: same, ignored } = translate({ pin_options, allow: { '*': ['options.num_ctx', 'keep_alive'] } }, given);
  expect(same).toEqual(sent);
  expect([...ignored].sort()).toEqual(
    ['keep_alive', 'max_tokens', 'options.num_ctx', 'options.temperature', 'stop', 'temperature'].sort(),
  );
});

test.each([
  ['the name itself', 'qwen3:32b', 'qwen3:32b', true],
  ['a name without its :latest', 'llama3.2', 'llama3.2:latest', true],
  ['a name with its :latest', 'llama3.2:latest', 'llama3.2', true],
  ['the last part of a registry tag', 'qwen3:32b', 'registry.internal/library/qwen3:32b', true],
  ['a registry tag by its last part', 'registry.internal/library/qwen3:32b', 'qwen3:32b', true],
  ['a registry with a port', 'm', 'registry.internal:5000/library/m', true],
  ['the target of an alias', 'qwen3:32b', 'gpt-4o', true],
  ['an alias itself', 'gpt-4o', 'gpt-4o', true],
  ['another tag', 'qwen3:32b', 'qwen3:8b', false],
  ['a part of a name', 'qwen3:32b', 'xqwen3:32b', false],
  ['a name of JavaScript', 'qwen3:32b', 'constructor', false],
])('an entry is found by %s', (_name, entry, requested, found) => {
  const section = { alias: { 'gpt-4o': 'qwen3:32b' }, pin_options: { [entry]: { num_ctx: 1024 } } };
  expect(policyOf(models(section), requested).pinned).toEqual(found ? { num_ctx: 1024 } : {});
});

test('an own entry comes before the one for all', () => {
  const section = { pin_options: { '*': { num_ctx: 1 }, m: { num_ctx: 2 } } };
  expect(policyOf(models(section), 'm').pinned).toEqual({ num_ctx: 2 });
  expect(policyOf(models(section), 'n').pinned).toEqual({ num_ctx: 1 });
  expect(policyOf(models(section), 5).pinned).toEqual({ num_ctx: 1 });
});

test.each([
  [{ pin_options: { m: { num_ctx: '8192' } } }],
  [{ pin_options: { m: { num_ctx: 8192.5 } } }],
  [{ pin_options: { m: { num_ctxx: 8192 } } }],
  [{ pin_options: { m: { use_mmap: 1 } } }],
  [{ pin_options: { m: { keep_alive: '-1' } } }],
  [{ allow: { m: ['num_ctx'] } }],
])('%j is refused with the configuration', (section) => {
  expect(() => models(section)).toThrow();
});

test.each([
  ['gpt-oss:20b', 'none', undefined, ['reasoning_effort']],
  ['registry.internal/gpt-oss:20b', 'max', 'high', []],
  ['gpt-oss', 'minimal', 'low', []],
  ['my-gpt-oss', 'max', 'max', []],
  ['qwen3:32b', 'none', false, []],
])('%s with effort %s thinks %s', (model, reasoning_effort, think, ignored) => {
  const result = translate({}, { reasoning_effort }, model);
  expect(result.sent.think).toBe(think);
  expect(result.ignored).toEqual(ignored);
});
