import { describe, expect, test } from 'vitest';
import { diagnoseText } from '../../src/triage/diagnose.ts';
import { healthyLogs } from './healthy-logs.ts';
import { seeded } from './mutations.ts';

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
