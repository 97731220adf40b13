import { describe, expect, test } from 'vitest';
import type { Board } from '../../dashboards/board.ts';
import { buildBoard, panelIds } from '../../dashboards/builder.ts';
import { catalogue } from '../../src/catalogue/index.ts';
import { discover } from '../../src/discover.ts';
import { selectorsOf } from '../../src/expression/ast.ts';
import { type BoardJson, jsonOf, rules } from './linter.ts';

const boards = await discover<Board>(new URL('../../dashboards/boards/', import.meta.url));
const known = new Set(catalogue.map(({ name }) => name));

interface BuiltPanel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
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

  test.each(Object.entries(rules))('keeps %s', (_name, rule) => {
    expect(rule(jsonOf(built))).toEqual([]);
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

describe('each rule finds what it is for', () => {
  const [first] = boards;
  const breakages: Record<string, (board: BoardJson) => void> = {
    'template-datasource-rule': ({ templating }) => drop(templating.list, 'datasource'),
    'template-job-rule': ({ templating }) => drop(templating.list, 'job'),
    'template-instance-rule': ({ templating }) => drop(templating.list, 'instance'),
    'template-label-promql-rule': ({ templating: { list } }) => change(list, { query: 'up' }),
    'template-on-time-change-reload-rule': ({ templating: { list } }) => change(list, { refresh: 1 }),
    'panel-datasource-rule': ({ panels }) => change(panels, { datasource: { uid: 'prometheus' } }),
    'panel-title-description-rule': ({ panels }) => change(panels, { description: '' }),
    'panel-units-rule': ({ panels }) => change(panels, { fieldConfig: { defaults: {} } }),
    'panel-no-targets-rule': ({ panels }) => change(panels, { targets: [] }),
    'target-promql-rule': ask('sum(up{job=~"$job"}'),
    'target-rate-interval-rule': ask('rate(x_total{job=~"$job"}[5m])'),
    'target-job-rule': ask('up{instance=~"$instance"}'),
    'target-instance-rule': ask('up{job=~"$job"}'),
    'target-counter-agg-rule': ask('sum(x_total{job=~"$job"})'),
    'uneditable-dashboard': (board) => change([board], { editable: true }),
    'links-and-annotations': (board) => change([board], { links: [] }),
  };

  test.each(Object.entries(rules))('%s', (name, rule) => {
    if (!first) throw new Error('no board');
    const board = jsonOf(buildBoard(first.unit));
    breakages[name]?.(board);
    expect(rule(board)).not.toEqual([]);
  });
});

function drop(list: { name: string }[], name: string): void {
  list.splice(
    list.findIndex((one) => one.name === name),
    1,
  );
}

function change<T extends object>(list: T[], changes: Partial<T>): void {
  for (const one of list) Object.assign(one, changes);
}

function ask(expr: string): (board: BoardJson) => void {
  return ({ panels }) => change(panels, { targets: [{ refId: 'A', expr, datasource: { uid: '$datasource' } }] });
}

function overlap({ gridPos: a }: BuiltPanel, { gridPos: b }: BuiltPanel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
