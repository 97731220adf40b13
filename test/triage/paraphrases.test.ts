import { describe, expect, test } from 'vitest';
import { diagnoseText } from '../../src/triage/diagnose.ts';
import { everyCase, judge } from '../../tools/corpus/evaluate.ts';
import { seeded } from './mutations.ts';
import { paraphrases } from './paraphrases.ts';

const cases = await judge(everyCase());

describe.each(paraphrases)('the same fault on a machine with other $name', ({ apply }) => {
  test('has the same name', async () => {
    const changed: string[] = [];
    let different = 0;
    const random = seeded(7);
    for (const { id, kind, text, cause: before } of cases) {
      const other = apply(text, random);
      if (other === text) continue;
      different += 1;
      const after = (await diagnoseText(other, { source: id, kind })).verdict.cause;
      if (after !== before) changed.push(`${id}: ${before} became ${after}`);
    }
    expect(different).toBeGreaterThan(0);
    expect(changed).toEqual([]);
  });
});

test('all of it together changes no name either', async () => {
  const random = seeded(11);
  const changed: string[] = [];
  for (const { id, kind, text, cause: before } of cases) {
    const other = paraphrases.reduce((rest, { apply }) => apply(rest, random), text);
    const after = (await diagnoseText(other, { source: id, kind })).verdict.cause;
    if (after !== before) changed.push(`${id}: ${before} became ${after}`);
  }
  expect(changed).toEqual([]);
});
