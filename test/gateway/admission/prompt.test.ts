import { expect, test } from 'vitest';
import { admitPrompt, parseBody, promptChars } from '../../../gateway/admission/prompt.ts';
import { isDeeperThan } from '../../../src/json.ts';

const parse = (text: string) => parseBody(Buffer.from(text));

test.each<[string, string, RegExp]>([
  ['nothing', '', /not valid JSON/],
  ['NaN', '{"temperature":NaN}', /not valid JSON/],
  ['half of an object', '{"a":', /not valid JSON/],
  ['a list', '[]', /must be a JSON object/],
  ['null', 'null', /must be a JSON object/],
  ['a text', '"x"', /must be a JSON object/],
  ['levels without end', `{"a":${'['.repeat(5_000_000)}`, /deeper than 100 levels/],
  ['objects in objects', `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`, /deeper than 100 levels/],
])('%s is refused', (_name, text, message) => {
  expect(() => parse(text)).toThrow(message);
});

test('a body that is no UTF-8, or none at all, is refused', () => {
  expect(() => parseBody(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]))).toThrow(/not valid UTF-8/);
  expect(() => parseBody(undefined)).toThrow(/not valid JSON/);
});

test.each([
  [2, '[[1]]', '[[[1]]]'],
  [1, '["[[[["]', '[[]]'],
  [1, String.raw`["\"[[["]`, String.raw`["\\",[]]`],
  [1, '{"a":"\\\\"}', '{"a":{}}'],
])('depth is counted outside of strings (%i)', (levels, shallow, deep) => {
  expect(isDeeperThan(shallow, levels)).toBe(false);
  expect(isDeeperThan(deep, levels)).toBe(true);
});

test.each<[string, object, number]>([
  ['a text', { messages: [{ role: 'user', content: 'hello' }] }, 5],
  ['code points, not units', { messages: [{ role: 'user', content: '👍🏽你' }] }, 3],
  ['a lone surrogate', { messages: [{ role: 'user', content: 'a\ud800' }] }, 2],
  ['all messages', { messages: [{ content: 'ab' }, { content: 'c' }] }, 3],
  [
    'parts of text, not images',
    { messages: [{ content: [{ text: 'ab' }, { image_url: { url: 'x'.repeat(99) } }] }] },
    2,
  ],
  ['a tool result', { messages: [{ role: 'tool', content: 'result' }] }, 6],
  ['reasoning, once', { messages: [{ content: 'a', reasoning: 'bc', reasoning_content: 'bc' }] }, 3],
  [
    'a tool call',
    { messages: [{ content: null, tool_calls: [{ function: { name: 'f', arguments: '{"x":1}' } }] }] },
    8,
  ],
  ['arguments as an object', { messages: [{ tool_calls: [{ function: { name: 'f', arguments: { x: 1 } } }] }] }, 8],
  ['a legacy call', { messages: [{ function_call: { name: 'f', arguments: '{}' } }] }, 3],
  ['no definitions of tools', { messages: [], tools: [{ function: { description: 'long' } }] }, 0],
  ['a prompt', { prompt: ['abc'] }, 3],
  ['inputs', { input: ['a', 'bc'] }, 3],
  ['nonsense', { messages: [[['a']], 5, null, { content: { text: 'b' } }] }, 2],
])('%s is counted', (_name, body, expected) => {
  expect(promptChars(body as Record<string, unknown>)).toBe(expected);
});

test('the limit is the last length that passes', () => {
  const body = (chars: number) => ({ messages: [{ role: 'user', content: '你'.repeat(chars) }] });
  expect(admitPrompt(body(32_768), 32_768)).toBe(32_768);
  expect(() => admitPrompt(body(32_769), 32_768)).toThrow('prompt too long, max 32768 chars');
});
