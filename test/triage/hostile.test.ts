import { describe, expect, test } from 'vitest';
import { parseLog } from '../../src/logs/formats/index.ts';
import { toLines } from '../../src/logs/lines.ts';
import { type LogKind, logKinds } from '../../src/logs/record.ts';
import { loadCauses } from '../../src/triage/catalogue.ts';

const causes = await loadCauses();

const size = 1 << 19;
/** As long as a line may be before it is cut. */
const lineLength = 16_000;

/** Half a MiB of a text again and again, in lines that are as long as can be. */
function filled(piece: string): string {
  const line = piece.repeat(Math.ceil(lineLength / piece.length)).slice(0, lineLength);
  return `${line}\n`.repeat(size / lineLength);
}

/** The least CPU time of three runs, in milliseconds: what other programs of the machine do is not in it. */
function cost(work: () => unknown): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const before = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    }),
  );
}

/** What one plain pattern costs over the text: the measure of all others. */
const plain = (text: string) =>
  Math.max(
    1,
    cost(() => text.split('\n').filter((line) => /refused \d+x|x expired/i.test(line))),
  );

/** How many plain scans a matcher, or the parser of a log, may cost. */
const budget = 60;

const pieces: Readonly<Record<string, string>> = {
  'the letter a': 'a',
  spaces: ' ',
  digits: '1',
  'nested quotes': '"\\"',
  brackets: '[',
  braces: '{"a":',
  'mail quotes': '> ',
  times: '2026-11-25T08:00:00Z ',
};

describe.each(Object.entries(pieces))('half a MiB of %s', (_, piece) => {
  const text = filled(piece);
  const scan = plain(text);

  test.each(logKinds)('is read as %s and matched within the budget', (kind) => {
    expect(cost(() => parseLog(kind, toLines(text), 'hostile')) / scan, 'parser').toBeLessThan(budget);
    const records = parseLog(kind, toLines(text), 'hostile');
    const dear = causes
      .filter(({ cause }) => cause.reads.includes(kind))
      .map(({ code, cause }) => [code, cost(() => cause.match(records)) / scan] as const)
      .filter(([, scans]) => scans > budget);
    expect(dear).toEqual([]);
  });
});

const isLog = (kind: string): kind is LogKind => (logKinds as readonly string[]).includes(kind);

test.each(causes.filter(({ cause }) => isLog(cause.example.kind)))(
  'half of what shows $code, again and again, is matched within the budget',
  ({ cause: { example, match } }) => {
    const { kind, text: whole } = example;
    if (!isLog(kind)) return;
    // Where a pattern begins that the rest would complete.
    const text = filled(whole.slice(0, Math.ceil(0.6 * whole.length)).replaceAll('\n', ' '));
    const records = parseLog(kind, toLines(text), 'hostile');
    expect(cost(() => match(records)) / plain(text)).toBeLessThan(budget);
  },
);
