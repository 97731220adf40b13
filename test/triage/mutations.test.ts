import { describe, expect, test } from 'vitest';
import { diagnoseText } from '../../src/triage/diagnose.ts';
import { everyCase } from '../../tools/corpus/evaluate.ts';
import { meets, mutations, seeded } from './mutations.ts';

const cases = everyCase();

describe.each(mutations)('a log that met: $name', (mutation) => {
  test('gives the verdict that it gave before', async () => {
    const changed: string[] = [];
    const random = seeded(1);
    for (const { id, kind, text } of cases.filter((one) => meets(mutation, one.kind))) {
      const { verdict: before } = await diagnoseText(text, { source: id, kind });
      const { verdict } = await diagnoseText(mutation.apply(text, random), { source: id, kind });
      if (verdict.cause !== before.cause) changed.push(`${id}: ${before.cause} became ${verdict.cause}`);
    }
    expect(changed).toEqual([]);
  });
});
