import type { Labels, Sample } from '../expression/series.ts';

const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const escapes: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };
const specials: Readonly<Record<string, number>> = {
  '+Inf': Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
};

/** Reads Prometheus' text format; histograms come as their `_bucket`, `_sum` and `_count` series. Comments are dropped. */
export function parseExposition(text: string, at: number): Sample[] {
  return text.split('\n').flatMap((raw): Sample[] => {
    const found = raw.startsWith('#') ? null : line.exec(raw.trim());
    const [, name = '', labels = '', number = ''] = found ?? [];
    const value = specials[number] ?? Number(number);
    return found ? [{ name, labels: parseLabels(labels), value, at }] : [];
  });
}

function parseLabels(text: string): Labels {
  const entries = [...text.matchAll(label)].map(([, name = '', value = '']) => [
    name,
    value.replace(/\\(.)/g, (whole, character: string) => escapes[character] ?? whole),
  ]);
  return Object.fromEntries(entries);
}
