import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChunkStream } from '../../../gateway/translate/chat/stream.ts';
import { LineSplitter, LineTooLong } from '../../../gateway/translate/ndjson.ts';
import type { OllamaChatRecord } from '../../../src/ollama.ts';

const encode = (text: string) => Buffer.from(text);

/** The server-sent events of a body that comes in pieces of the given sizes, in turn. */
function translated(bytes: Buffer, sizes: readonly number[]): string {
  const splitter = new LineSplitter();
  const stream = new ChunkStream({ id: 'chatcmpl-1', created: 7, model: 'm', strip: [] }, true);
  const lines: string[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    lines.push(...splitter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  lines.push(...splitter.end());
  return lines.map((line) => stream.add(JSON.parse(line) as OllamaChatRecord)).join('') + stream.end();
}

const text = fc.string({ unit: 'binary', maxLength: 30 });
const call = fc.record({
  function: fc.record({ name: text, arguments: fc.dictionary(text, fc.jsonValue({ maxDepth: 2 })) }),
});
const record: fc.Arbitrary<OllamaChatRecord> = fc.record(
  {
    message: fc.record(
      { content: text, thinking: text, tool_calls: fc.array(call, { maxLength: 2 }) },
      { requiredKeys: [] },
    ),
    done: fc.boolean(),
    done_reason: fc.constantFrom('stop', 'length', 'load', ''),
    prompt_eval_count: fc.nat(),
    eval_count: fc.nat(),
  },
  { requiredKeys: [] },
);

test('an answer is the same wherever its bytes are cut', () => {
  const stream = fc.array(record, { maxLength: 12 });
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(stream, sizes, fc.constantFrom('\n', '\r\n', '\n\n'), fc.boolean(), (records, cuts, end, last) => {
      const body = records.map((value) => JSON.stringify(value)).join(end) + (last ? end : '');
      const whole = translated(encode(body), [Math.max(1, body.length * 4)]);
      expect(translated(encode(body), cuts)).toBe(whole);
      expect(whole.endsWith('\n\n')).toBe(true);
    }),
  );
});

test('a character that two reads share is one', () => {
  const bytes = encode('"你👍"\n');
  const splitter = new LineSplitter();
  const lines = [...bytes].flatMap((_, at) => splitter.push(bytes.subarray(at, at + 1)));
  expect(lines).toEqual(['"你👍"']);
});

test('empty lines and carriage returns are no records', () => {
  const splitter = new LineSplitter();
  const lines = [
    ...splitter.push(encode('\n\r\n {"a":1}\r\n\n{"b":')),
    ...splitter.push(encode('2}')),
    ...splitter.end(),
  ];
  expect(lines.map((line) => JSON.parse(line))).toEqual([{ a: 1 }, { b: 2 }]);
  expect(splitter.end()).toEqual([]);
});

test('a line of megabytes in small pieces is one line', () => {
  const splitter = new LineSplitter();
  const piece = Buffer.alloc(4096, 'x');
  for (let count = 0; count < 8192; count += 1) expect(splitter.push(piece)).toEqual([]);
  expect(splitter.push(encode('\n'))[0]).toHaveLength(8192 * 4096);
});

test('a line without an end has one', () => {
  const splitter = new LineSplitter(10);
  expect(splitter.push(encode('{"a":1}\n{"b":12345'))).toHaveLength(1);
  expect(() => splitter.push(encode('6'))).toThrow(LineTooLong);
});
