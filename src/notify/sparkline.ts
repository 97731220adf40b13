const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Values over time as block characters, from their least to their greatest; a flat line stands in the middle. */
export function sparkline(values: readonly number[]): string {
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  return values
    .map((value) => blocks[range === 0 ? 3 : Math.round(((value - least) / range) * (blocks.length - 1))])
    .join('');
}
