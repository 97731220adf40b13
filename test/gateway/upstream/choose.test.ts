import { expect, test } from 'vitest';
import type { Backend } from '../../../gateway/upstream/backends.ts';
import { choose } from '../../../gateway/upstream/choose.ts';
import type { Fit } from '../../../gateway/upstream/residency.ts';

const backend = (name: string, fit: Fit, inFlight = 0, available = true) =>
  ({ name, inFlight, available, residency: { fit: () => fit } }) as unknown as Backend;

const pick = (backends: readonly Backend[], suits = () => true) =>
  choose({ tags: new Map(backends.map((one) => [one, 'm'])), numCtx: undefined }, suits)?.name;

test.each<[string, Backend[], string | undefined]>([
  ['the one that has the model in memory, however busy', [backend('a', 'cold'), backend('b', 'warm', 9)], 'b'],
  ['among those the one with the fewest requests', [backend('a', 'warm', 2), backend('b', 'warm', 1)], 'b'],
  [
    'an empty memory before one that would have to be emptied',
    [backend('a', 'other_context'), backend('b', 'cold')],
    'b',
  ],
  ['an unknown memory before an empty one', [backend('a', 'cold'), backend('b', 'unknown', 3)], 'b'],
  ['none whose breaker is open', [backend('a', 'warm', 0, false), backend('b', 'cold')], 'b'],
  ['nothing where nobody is left', [backend('a', 'warm', 0, false)], undefined],
])('%s', (_, backends, expected) => {
  expect(pick(backends)).toBe(expected);
});
