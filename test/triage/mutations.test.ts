import { describe, expect, test } from 'vitest';
import { diagnoseText } from '../../src/triage/diagnose.ts';
import { everyCase, judge } from '../../tools/corpus/evaluate.ts';
import { meets, mutations, seeded } from './mutations.ts';

const cases = await judge(everyCase());

describe.each(mutations)('a log that met: $name', (mutation) => {
  test('gives the verdict that it gave before', async () => {
    const changed: string[] = [];
    const random = seeded(1);
    for (const { id, kind, text, cause: before } of cases.filter((one) => meets(mutation, one.kind))) {
      const { verdict } = await diagnoseText(mutation.apply(text, random), { source: id, kind });
      if (verdict.cause !== before) changed.push(`${id}: ${before} became ${verdict.cause}`);
    }
    expect(changed).toEqual([]);
  });
});
