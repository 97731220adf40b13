import { expect, test } from 'vitest';
import { parsePasted } from '../../src/logs/formats/pasted.ts';
import { toLines } from '../../src/logs/lines.ts';
import { loadCauses } from '../../src/triage/catalogue.ts';
import { diagnoseText } from '../../src/triage/diagnose.ts';
import { type CorpusCase, everyCase } from '../../tools/corpus/evaluate.ts';
import { healthyLogs } from '../triage/healthy-logs.ts';
import { seeded } from '../triage/mutations.ts';

const surrounded = 10_000;

const causes = await loadCauses();

/** Whether a log shows its cause, and not only hints at one, which a server that works denies. */
const shows = ({ id, kind, text }: CorpusCase) => {
  const records = parsePasted(kind, toLines(text), id);
  return (
    causes.some(({ cause }) => cause.match(records).length > 0) ||
    !causes.some(({ cause }) => cause.hint?.(records).length)
  );
};

/** Puts a case between 10,000 healthy lines of its kind, which must not change what it is. */
async function expectSameAmongHealthy({ id, kind, text, label }: CorpusCase): Promise<void> {
  const { verdict: alone } = await diagnoseText(text, { source: id, kind });
  const healthy =
    healthyLogs
      .find((one) => one.kind === kind)
      ?.write(surrounded, seeded(id.length))
      .split('\n') ?? [];
  const half = surrounded / 2;
  const around = [...healthy.slice(0, half), text, ...healthy.slice(half)].join('\n');
  const { verdict } = await diagnoseText(around, { source: id, kind });
  // Noise among lines of which some only look alarming may be named as another noise.
  if (alone.step === 0) expect(verdict.step, `${id}: ${label}`).toBe(0);
  else expect(verdict.cause, id).toBe(alone.cause);
}

test('every case of the corpus and the field is still itself among 10,000 healthy lines', async () => {
  expect(everyCase().length).toBeGreaterThan(500);
  for (const one of everyCase().filter(shows)) await expectSameAmongHealthy(one);
}, 1_800_000);
