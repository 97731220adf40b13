import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LogKind } from '../../src/logs/record.ts';
import { diagnoseText } from '../../src/triage/diagnose.ts';
import { meets, mutations, seeded } from './mutations.ts';

interface Case {
  id: string;
  kind: LogKind;
  text: string;
  label: string;
}

const file = new URL('../fixtures/triage/cases.jsonl', import.meta.url);
const cases: Case[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

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
