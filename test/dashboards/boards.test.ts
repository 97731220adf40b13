import { describe, expect, test } from 'vitest';
import type { Board } from '../../dashboards/board.ts';
import { buildBoard, panelIds } from '../../dashboards/builder.ts';
import { catalogue } from '../../src/catalogue/index.ts';
import { discover } from '../../src/discover.ts';
import { selectorsOf } from '../../src/expression/ast.ts';

const boards = await discover<Board>(new URL('../../dashboards/boards/', import.meta.url));
const known = new Set(catalogue.map(({ name }) => name));

interface BuiltPanel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig?: { defaults: { unit?: string } };
  targets?: { expr: string; datasource: { uid: string } }[];
}

describe.each(boards.map(({ name, unit }) => [name, unit] as const))('board %s', (_, board) => {
  const built = buildBoard(board);
  const panels = (built.panels ?? []) as unknown as BuiltPanel[];
  const charts = panels.filter(({ type }) => type !== 'row');

  test('has a short stable uid and at most 24 panels', () => {
    expect(built.uid).toMatch(/^[a-z0-9-]{1,40}$/);
    expect(charts.length).toBeLessThanOrEqual(24);
    expect(built.editable).toBe(false);
  });

  test('gives every panel an id of its own, above 0', () => {
    const ids = panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.min(...ids)).toBeGreaterThan(0);
  });

  test('numbers the panels as alert links expect', () => {
    const titles = new Map(board.rows.flatMap((row) => row.panels).map(({ key, title }) => [key, title.en]));
    for (const [key, id] of panelIds(board))
      expect(panels.find((panel) => panel.id === id)?.title).toBe(titles.get(key));
  });

  test('has no two panels in the same place', () => {
    for (const [index, a] of panels.entries()) {
      expect(a.gridPos.x + a.gridPos.w).toBeLessThanOrEqual(24);
      for (const b of panels.slice(index + 1)) expect(overlap(a, b), `${a.title} and ${b.title}`).toBe(false);
    }
  });

  test.each(charts.map((panel) => [panel.title, panel] as const))('panel %s is complete', (_title, panel) => {
    expect(panel.description).toBeTruthy();
    expect(panel.fieldConfig?.defaults.unit).toBeTruthy();
    expect(panel.datasource?.uid).toBe('$datasource');
    expect(panel.targets?.length).toBeGreaterThan(0);
    for (const { expr, datasource } of panel.targets ?? []) {
      expect(datasource.uid).toBe('$datasource');
      expect(expr).toContain('job=~"$job"');
      expect(expr).toContain('instance=~"$instance"');
      expect(expr).not.toMatch(/(?<!rate\(|increase\()\b\w+_total\b/);
    }
  });

  test('every panel has both languages and asks only for metrics of the catalogue', () => {
    for (const panel of board.rows.flatMap((row) => row.panels)) {
      for (const text of [panel.title, panel.description]) expect(text.en && text.zh, panel.key).toBeTruthy();
      for (const { expression } of panel.queries) {
        for (const { metric } of selectorsOf(expression)) expect(known).toContain(metric.name);
      }
    }
  });
});

function overlap({ gridPos: a }: BuiltPanel, { gridPos: b }: BuiltPanel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
