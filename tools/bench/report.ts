import { quantile } from './measure.ts';

/** What the rounds of one server gave. */
export interface Figures {
  /** Microseconds, one value per round. */
  readonly cpuPerRequest: number[];
  readonly cpuPerToken: number[];
  /** Milliseconds, one value per new stream. */
  readonly firstTokenMs: number[];
  bytesPerStream: number | null;
  /** Resident bytes at ten points of the soak. */
  resident: readonly number[];
}

export interface Row {
  readonly figure: string;
  readonly gateway: number;
  readonly passThrough: number;
  readonly nginx: number | null;
  readonly unit: string;
  /** Gateway over pass-through, or their difference in milliseconds for a delay. */
  readonly compared: string;
  readonly goal: string;
  readonly met: boolean;
}

export type Results = Readonly<Record<string, Figures>>;

const median = (values: readonly number[]) => quantile(values, 0.5);

/** The table of one run: each figure of the gateway beside that of the pass-through, with its goal. */
export function rowsOf(results: Results): Row[] {
  const ratio = (figure: string, unit: string, pick: (figures: Figures) => number, goal: number) =>
    row(results, figure, unit, pick, (ours, bare) => ({
      compared: `${(ours / bare).toFixed(2)} x`,
      goal: `<= ${goal} x`,
      met: ours / bare <= goal,
    }));
  const added = (figure: string, q: number, goal: number) =>
    row(
      results,
      figure,
      'ms',
      ({ firstTokenMs }) => quantile(firstTokenMs, q),
      (ours, bare) => ({
        compared: `${ours < bare ? '' : '+'}${(ours - bare).toFixed(2)} ms`,
        goal: `< +${goal} ms`,
        met: ours - bare < goal,
      }),
    );
  return [
    ratio('CPU per plain request', 'µs', ({ cpuPerRequest }) => median(cpuPerRequest), 1.5),
    ratio('CPU per streamed token', 'µs', ({ cpuPerToken }) => median(cpuPerToken), 1.15),
    added('first token p50', 0.5, 5),
    added('first token p99', 0.99, 5),
    row(
      results,
      'memory per open stream',
      'kB',
      ({ bytesPerStream }) => (bytesPerStream ?? Number.NaN) / 1000,
      (ours) => ({
        compared: `${ours.toFixed(1)} kB`,
        goal: '< 30 kB',
        met: ours < 30,
      }),
    ),
    memoryRow(results),
  ];
}

function row(
  results: Results,
  figure: string,
  unit: string,
  pick: (figures: Figures) => number,
  compare: (ours: number, bare: number) => Pick<Row, 'compared' | 'goal' | 'met'>,
): Row {
  const { gateway, 'pass-through': bare, nginx } = results;
  if (!gateway || !bare) throw new Error('gateway and pass-through were not both measured');
  const [ours, theirs] = [pick(gateway), pick(bare)];
  return {
    figure,
    unit,
    gateway: ours,
    passThrough: theirs,
    nginx: nginx ? pick(nginx) : null,
    ...compare(ours, theirs),
  };
}

/** Flat: the last half of the samples does not lie a tenth above the first. */
function memoryRow(results: Results): Row {
  const highest = ({ resident }: Figures) => (resident.length > 0 ? Math.max(...resident) / 1e6 : Number.NaN);
  const samples = results['gateway']?.resident ?? [];
  const half = samples.length / 2;
  const growth = median(samples.slice(half)) / median(samples.slice(0, half));
  return row(results, 'resident memory under load', 'MB', highest, (ours) => ({
    compared: `second half ${growth.toFixed(2)} x of the first`,
    goal: '< 150 MB, flat',
    met: ours < 150 && growth < 1.1,
  }));
}

/** The rows as a Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const cell = (value: number | null, unit: string) =>
    value === null || Number.isNaN(value) ? '–' : `${value.toFixed(value < 10 ? 2 : 1)} ${unit}`;
  const lines = rows.map(({ figure, unit, gateway, passThrough, nginx, compared, goal, met }) =>
    [figure, cell(gateway, unit), cell(passThrough, unit), cell(nginx, unit), compared, goal, met ? 'yes' : 'no'].join(
      ' | ',
    ),
  );
  const head = ['| figure | gateway | pass-through | nginx | compared | goal | met |', '|---|---|---|---|---|---|---|'];
  return [...head, ...lines.map((line) => `| ${line} |`)].join('\n');
}
