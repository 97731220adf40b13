import { matches } from './match.ts';
import { type Labels, labelKey, type Point, type Sample, type SeriesReader } from './series.ts';

/** Samples in memory, readable like the store: for one-off judgements and tests. */
export function memorySeries(samples: readonly Sample[]): SeriesReader {
  const byName = new Map<string, Map<string, { labels: Labels; points: Point[] }>>();
  for (const { name, labels, at, value } of [...samples].sort((a, b) => a.at - b.at)) {
    const known = byName.get(name) ?? new Map();
    byName.set(name, known);
    const key = labelKey(labels);
    const series = known.get(key) ?? { labels, points: [] };
    series.points.push({ at, value });
    known.set(key, series);
  }
  return {
    read(select, from, to) {
      return [...(byName.get(select.series)?.values() ?? [])].flatMap(({ labels, points }) => {
        const inside = points.filter(({ at }) => at > from && at <= to);
        return matches(select, labels) && inside.length > 0 ? [{ labels, points: inside }] : [];
      });
    },
  };
}
