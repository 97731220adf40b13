import { expect, test } from 'vitest';
import { loadCauses } from '../../src/triage/catalogue.ts';
import { toVerdict } from '../../src/triage/engine.ts';
import { renderDiagnosis } from '../../src/triage/render.ts';

const causes = await loadCauses();

/** Columns on a terminal: Chinese characters and full-width marks take two. */
const columns = (text: string) =>
  [...text].reduce((sum, character) => sum + (/[\u2e80-\uffe6]/.test(character) ? 2 : 1), 0);

const record = {
  kind: 'ollama-log',
  source: `/var/log/${'deep/'.repeat(30)}ollama.log`,
  line: 17,
  text: `panic: ${'很长的行 with words '.repeat(20)}`,
  message: 'panic',
} as const;

test.each(['en', 'zh'] as const)('every cause fits 80 columns in %s, commands apart', (language) => {
  for (const named of causes) {
    const verdict = toVerdict({ ...named, records: [record] });
    const steps = [
      { step: 1, question: verdict.title, state: 'fault', answer: verdict.explanation, evidence: verdict.evidence },
    ] as const;
    const window = { from: '2026-11-24T15:00:00.000Z', to: '2026-11-24T15:15:00.000Z' };
    const text = renderDiagnosis(
      { verdict, also: [], steps, window, sources: [], took_ms: 3 },
      { language, colours: false },
    );
    const commands = new Set([...verdict.fix, ...verdict.confirm]);
    const wide = text.split('\n').filter((line) => columns(line) > 80 && !commands.has(line.trim()));
    expect(wide, named.code).toEqual([]);
    expect(text).toContain('ollama.log:17');
  }
});

test('colours are escape codes and nothing else', async () => {
  const [named] = causes;
  if (!named) throw new Error('no causes');
  const verdict = toVerdict({ ...named, records: [record] });
  const diagnosis = { verdict, also: [], steps: [], window: { from: '', to: '' }, sources: [], took_ms: 1 };
  const plain = renderDiagnosis(diagnosis, { language: 'en', colours: false });
  const coloured = renderDiagnosis(diagnosis, { language: 'en', colours: true });
  expect(coloured).not.toBe(plain);
  expect(coloured.replaceAll('\u001b', '').replace(/\[\d+m/g, '')).toBe(plain);
});
