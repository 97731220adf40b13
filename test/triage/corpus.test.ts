import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LogKind } from '../../src/logs/record.ts';
import { diagnoseText } from '../../src/triage/diagnose.ts';

interface Case {
  id: string;
  kind: LogKind;
  text: string;
  label: string;
  step: number;
  negative: boolean;
}

const file = new URL('../fixtures/triage/cases.jsonl', import.meta.url);
const cases: Case[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

describe('the corpus of real logs', () => {
  test('at least 97 of 100 causes and steps are named, and the misses are printed', async () => {
    const misses: string[] = [];
    let steps = 0;
    for (const { id, kind, text, label, step } of cases) {
      const { verdict } = await diagnoseText(text, { source: id, kind });
      if (verdict.cause !== label) misses.push(`${id}: ${label}, got ${verdict.cause}`);
      if (verdict.step === step) steps += 1;
    }
    if (misses.length > 0) console.log(misses.join('\n'));
    expect(cases.length).toBeGreaterThanOrEqual(100);
    expect(1 - misses.length / cases.length).toBeGreaterThanOrEqual(0.97);
    expect(steps / cases.length).toBeGreaterThanOrEqual(0.97);
  });

  test('the kind of a pasted log is guessed well enough for the same verdict', async () => {
    let right = 0;
    for (const { id, text, label } of cases) {
      if ((await diagnoseText(text, { source: id })).verdict.cause === label) right += 1;
    }
    expect(right / cases.length).toBeGreaterThanOrEqual(0.95);
  });

  test.each(cases.filter(({ negative }) => negative))('$id only looks alarming', async ({ id, kind, text }) => {
    expect((await diagnoseText(text, { source: id, kind })).verdict.step).toBe(0);
  });
});
