import { expect, test } from 'vitest';
import { promptBytes, TruncationSentinel } from '../../../gateway/upstream/truncation.ts';

test.each([
  ['0.32 counts about half of the context', 1933 * 4, 256, 130, true],
  ['0.24 counts all of it', 1933 * 4, 256, 256, true],
  ['a prompt that fits', 800, 4096, 200, false],
  ['a prompt near the edge, by an estimate that is not that good', 4096 * 4, 4096, 4000, false],
  ['a count that is missing', 1933 * 4, 256, undefined, false],
  ['a context that is not known', 1933 * 4, undefined, 130, false],
])('%s', (_, bytes, context, counted, expected) => {
  expect(new TruncationSentinel().judge('m', bytes, context, counted)).toBe(expected);
});

test('what a model needs per token is learned from its answers', () => {
  const sentinel = new TruncationSentinel();
  expect(sentinel.isLikely('m', 5000, 4096)).toBe(false);
  for (let count = 0; count < 5; count += 1) sentinel.judge('m', 1000, 4096, 1000);
  expect(sentinel.isLikely('m', 5000, 4096)).toBe(true);
  expect(sentinel.judge('m', 5000, 4096, 2050)).toBe(true);
});

test('a prompt is measured in bytes of all its texts', () => {
  const messages = [
    { role: 'system' as const, content: 'ab' },
    { role: 'user' as const, content: '你好' },
  ];
  expect(promptBytes({ model: 'm', stream: true, messages })).toBe(8);
});
