import { describe, expect, test } from 'vitest';
import { diagnoseText } from '../../src/triage/diagnose.ts';
import { corpus } from '../../tools/corpus/evaluate.ts';
import { healthyLogs } from './healthy-logs.ts';
import { seeded } from './mutations.ts';
import { expectSameAmongHealthy, shows } from './surrounded.ts';

describe.each(healthyLogs)('$kind, $format, of a machine on which nothing is wrong', ({ kind, write }) => {
  test('is step 0, whatever stands in it', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const text = write(3000, seeded(seed));
      const { verdict } = await diagnoseText(text, { source: `seed ${seed}`, kind });
      expect(verdict, `${verdict.cause}: ${verdict.evidence.map((line) => line.text).join('\n')}`).toMatchObject({
        step: 0,
      });
      expect((await diagnoseText(text, { source: `seed ${seed}` })).kind).toBe(kind);
    }
  });
});

test.each(corpus().filter(shows))('$id among 10,000 healthy lines is still $label', expectSameAmongHealthy);
