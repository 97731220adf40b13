import { confusion, corpus, goals, judge, shares } from './corpus/evaluate.ts';

// Prints what triage makes of the corpus of real logs; exits 1 below the goals.
const told = await judge(corpus());
const guessed = await judge(corpus(), true);
const { cause, box } = shares(told);
const figures = { cause, box, guessed: shares(guessed).cause };

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const rows = Object.entries(figures).map(
  ([name, share]) => `${name.padEnd(24)} ${percent(share)}, goal ${percent(goals[name as keyof typeof goals])}`,
);
const below = Object.entries(figures).some(([name, share]) => share < goals[name as keyof typeof goals]);

process.stdout.write(`${told.length} cases of real logs

cause                    said
${confusion(told.map((one) => [one.label, one.cause]))}

box                      said
${confusion(told.map((one) => [String(one.step), String(one.box)]))}

share right
${rows.join('\n')}
`);
if (below) process.exitCode = 1;
