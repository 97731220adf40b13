import { afterEach, expect, test } from 'vitest';
import { loadCauses } from '../../src/triage/catalogue.ts';
import { toVerdict } from '../../src/triage/engine.ts';
import { renderDiagnosis, renderVerdict } from '../../src/triage/render.ts';
import { closeServers, triageOf } from './world.ts';

afterEach(closeServers);

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

test('a cause without a box of its own says which is the nearest', () => {
  const verdictOf = (code: string) => {
    const named = causes.find((one) => one.code === code);
    if (!named) throw new Error(code);
    return toVerdict({ ...named, records: [record] });
  };
  const shown = (code: string, language: 'en' | 'zh') =>
    renderVerdict(verdictOf(code), { language, colours: false, width: 200 })[0];
  expect(shown('driver-mismatch', 'en')).toContain('[driver-mismatch · no box of its own, nearest 5]');
  expect(shown('driver-mismatch', 'zh')).toContain('归入第 5 步');
  expect(shown('gpu-hot', 'en')).toContain('[gpu-hot · box 5]');
});

test('--explain says why each branch was taken, and keeps notes within 80 columns', async () => {
  const diagnosis = await triageOf({ gateway: 'down', ollama: 'down', audit: [], celsius: 60 });
  const text = renderDiagnosis(diagnosis, { language: 'en', colours: false, explain: true });
  expect(text).toMatch(/^✗ 2 .*\n.*\n {4}→ no: a fault is here$/m);
  expect(text).toMatch(/^✓ 5 .*\n.*\n {4}→ yes, so the next box is asked$/m);
  expect(text).toMatch(/^ {2}nginx-access +missing.*\n {4}no such file; name the right one with --log$/m);
});
