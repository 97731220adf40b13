import { tokenRate } from '../../dashboards/panels/backend.ts';
import { gpuHeat, gpuMemory } from '../../dashboards/panels/gpu.ts';
import { latencyBaseline, latencyPanel } from '../../dashboards/panels/latency.ts';
import { firstToken, openRequests, requestRate } from '../../dashboards/panels/users.ts';
import { OpsError } from '../errors.ts';
import type { Series } from '../expression/series.ts';
import type { Panel } from '../panel.ts';
import { fill, type Language } from '../text.ts';
import type { PageSource } from './source.ts';

/** The panels that the page draws, in its order: what users feel, then the machine, then the long view. */
const chartPanels: readonly Panel[] = [requestRate, firstToken, tokenRate, openRequests, gpuMemory, gpuHeat];

/** The band of the latency is that of the rule as it is configured; of one that is switched off, as it is shipped. */
function panelsOf(source: PageSource): readonly Panel[] {
  const rule = source.rules().find(({ name }) => name === 'LatencyAboveBaseline');
  return [...chartPanels, typeof rule?.threshold === 'number' ? latencyPanel(rule.threshold) : latencyBaseline];
}

const hour = 3_600_000;
/** Ranges in milliseconds by their names. */
const ranges: ReadonlyMap<string, number> = new Map([
  ['1h', hour],
  ['6h', 6 * hour],
  ['24h', 24 * hour],
  ['7d', 7 * 24 * hour],
]);
const pointsPerChart = 120;

export interface Chart {
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly thresholds: Panel['thresholds'];
  readonly lines: readonly Line[];
}

interface Line {
  readonly legend: string;
  readonly points: readonly (readonly [seconds: number, value: number])[];
  /** The two edges of one band have the same key. */
  readonly band?: { readonly edge: 'low' | 'high'; readonly key: string };
}

interface Charts {
  readonly range: string;
  /** Both ends, Unix seconds. */
  readonly from: number;
  readonly to: number;
  readonly charts: readonly Chart[];
}

/** A panel, and for each of its queries what was read. */
interface Measured {
  readonly panel: Panel;
  readonly series: readonly (readonly Series[])[];
}

/**
 * The charts of a range. However many browsers ask, each range is computed once per step of its grid.
 *
 * @returns a function that throws OpsError `page_input_invalid` for a range of another name.
 */
export function createCharts(source: PageSource): (range: string, language: Language) => Charts {
  const measured = new Map<string, { to: number; panels: readonly Measured[] }>();

  return (range, language) => {
    const length = ranges.get(range);
    if (length === undefined) {
      const reason = `expected one of ${[...ranges.keys()].join(', ')}`;
      throw new OpsError('page_input_invalid', { field: 'range', reason });
    }
    const step = length / pointsPerChart;
    const to = Math.floor(source.snapshot().at / step) * step;
    let known = measured.get(range);
    if (known?.to !== to) {
      const read = (panel: Panel): Measured => ({
        panel,
        series: panel.queries.map(({ expression }) => source.series(expression, to - length, to, step)),
      });
      known = { to, panels: panelsOf(source).map(read) };
      measured.set(range, known);
    }
    const charts = known.panels.map((measured) => chartOf(measured, language));
    return { range, from: (to - length) / 1000, to: to / 1000, charts };
  };
}

function chartOf({ panel, series }: Measured, language: Language): Chart {
  return {
    key: panel.key,
    title: panel.title[language],
    description: panel.description[language],
    unit: panel.unit,
    thresholds: panel.thresholds,
    lines: panel.queries.flatMap(({ legend, band }, index) =>
      (series[index] ?? []).map(({ labels, points }) => ({
        legend: fill(legend, labels),
        points: points.map(({ at, value }) => [at / 1000, value] as const),
        ...(band === undefined ? {} : { band: { edge: band, key: JSON.stringify(labels) } }),
      })),
    ),
  };
}
