import {
  blind,
  type CorpusCase,
  confusion,
  corpus,
  field,
  goals,
  type Judged,
  judge,
  shares,
} from './corpus/evaluate.ts';

// Prints what triage makes of real logs; exits 1 below the goals.

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

async function report(name: string, cases: readonly CorpusCase[]): Promise<boolean> {
  const told = await judge(cases);
  const { cause, box } = shares(told);
  const figures = { cause, box, guessed: shares(await judge(cases, true)).cause };
  const rows = (Object.keys(figures) as (keyof typeof figures)[]).map(
    (figure) => `${figure.padEnd(24)} ${percent(figures[figure])}, goal ${percent(goals[figure])}`,
  );
  process.stdout.write(`${told.length} cases of ${name}

cause                    said
${confusion(told.map((one) => [one.label, one.cause]))}

box                      said
${confusion(told.map((one) => [String(one.step), String(one.box)]))}

share right
${rows.join('\n')}
false alarms             ${falseAlarms(told).length} of ${told.filter(({ negative }) => negative).length}

`);
  return Object.keys(figures).every(
    (figure) => figures[figure as keyof typeof figures] >= goals[figure as keyof typeof goals],
  );
}

const falseAlarms = (judged: readonly Judged[]) => judged.filter(({ negative, box }) => negative && box !== 0);

const reached = [
  await report('the corpus that the rules were written with', corpus()),
  await report('the field, half a, with which they were improved', field('a')),
  await report('the field, half b, whose misses were read last', field('b')),
  await report('the field, found when the rules were done', blind()),
];
if (reached.includes(false)) process.exitCode = 1;
