import type { Unit } from './catalogue/metric.ts';
import type { Expression } from './expression/ast.ts';
import type { Text } from './text.ts';

export interface PanelQuery {
  readonly expression: Expression;
  /** Name of the line; `{label}` stands for a label's value. */
  readonly legend: string;
  /** An edge of what is usual: between the two edges with the same labels the page draws an area. */
  readonly band?: 'low' | 'high';
}

export interface Threshold {
  /** From this value on. */
  readonly value: number;
  readonly state: 'good' | 'warn' | 'bad';
}

/** One panel as neutral data: a Grafana board and the ops page are both made from it. */
export interface Panel {
  /** Stable name; its id on a board, and the anchor that rules link to. */
  readonly key: string;
  readonly title: Text;
  /** What to do when it looks bad. */
  readonly description: Text;
  readonly kind: 'stat' | 'timeseries';
  readonly unit: Unit;
  readonly queries: readonly PanelQuery[];
  /** In ascending order of value. Below the first one is bad where the last one is good, else good. */
  readonly thresholds?: readonly Threshold[];
}
