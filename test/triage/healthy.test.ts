import { describe, expect, test } from 'vitest';
import { parsePasted } from '../../src/logs/formats/pasted.ts';
import { toLines } from '../../src/logs/lines.ts';
import { loadCauses } from '../../src/triage/catalogue.ts';
import { diagnoseText } from '../../src/triage/diagnose.ts';
import { type CorpusCase, everyCase } from '../../tools/corpus/evaluate.ts';
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

test.each(everyCase().filter(shows))(
  '$id among 10,000 healthy lines is still $label',
  async ({ id, kind, text, label }) => {
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
    if (alone.step === 0) expect(verdict.step, label).toBe(0);
    else expect(verdict.cause).toBe(alone.cause);
  },
);
