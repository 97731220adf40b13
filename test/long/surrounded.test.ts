import { expect, test } from 'vitest';
import { corpus, everyCase } from '../../tools/corpus/evaluate.ts';
import { expectSameAmongHealthy, shows } from '../triage/surrounded.ts';

const known = new Set(corpus().map(({ id }) => id));
const cases = everyCase().filter(({ id }) => !known.has(id));

/** The cases of the corpus are among those of `npm test`. */
test('every case from the field is still itself among 10,000 healthy lines', async () => {
  expect(cases.length).toBeGreaterThan(400);
  for (const one of cases.filter(shows)) await expectSameAmongHealthy(one);
}, 600_000);
