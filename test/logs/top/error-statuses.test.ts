import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorStatuses } from '../../../src/logs/top/error-statuses.ts';

const expected = (text: string) => [...text.matchAll(/" [45]/g)].map(({ index }) => index + 3);

test('are found where a plain search finds them', () => {
  const pieces = fc.constantFrom('" 4', '" 5', '" 200', '"', ' ', '4', '5', '\n', 'é', '"-" "Mozilla/5.0"');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 200 }), (parts) => {
      const block = Buffer.from(parts.join(''));
      expect([...errorStatuses(block)]).toEqual(expected(block.toString('latin1')));
    }),
  );
});

test('are found wherever a chunk that is searched at once may cut them', () => {
  const chunk = 64 << 10;
  for (let at = chunk - 40; at <= chunk + 20; at += 1) {
    const text = `${'x'.repeat(at)}" 502 `.padEnd(2 * chunk, 'y');
    expect([...errorStatuses(Buffer.from(`${text}" 4`))]).toEqual([at + 3, text.length + 3]);
  }
});

test('of an earlier block are not found again in a shorter one, and as many as fit are found', () => {
  const full = Buffer.from('" 4'.repeat(200_000));
  expect([...errorStatuses(full)]).toHaveLength(200_000);
  for (let length = 0; length < 40; length += 1) {
    const block = full.subarray(0, length);
    expect([...errorStatuses(block)]).toEqual(expected(block.toString('latin1')));
  }
  expect([...errorStatuses(Buffer.from('x"'))]).toEqual([]);
});
