import { gpuMemory } from '../../dashboards/panels/gpu.ts';
import { requestRate } from '../../dashboards/panels/users.ts';
import type { Panel } from '../panel.ts';
import { fill, type Language } from '../text.ts';
import type { PageSource } from './source.ts';

/** The panels that the page draws, in its order. */
export const chartPanels: readonly Panel[] = [requestRate, gpuMemory];

const rangeMs = 3_600_000;
const pointsPerChart = 120;

export interface Chart {
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly lines: readonly { legend: string; points: readonly (readonly [seconds: number, value: number])[] }[];
}

/** The last hour of one panel. */
export function chart(source: PageSource, panel: Panel, language: Language): Chart {
  const step = rangeMs / pointsPerChart;
  const to = Math.floor(source.snapshot().at / step) * step;
  return {
    key: panel.key,
    title: panel.title[language],
    description: panel.description[language],
    unit: panel.unit,
    lines: panel.queries.flatMap(({ expression, legend }) =>
      source.series(expression, to - rangeMs, to, step).map(({ labels, points }) => ({
        legend: fill(legend, labels),
        points: points.map(({ at, value }) => [at / 1000, value] as const),
      })),
    ),
  };
}
