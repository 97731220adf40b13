import type { Expression } from '../expression/ast.ts';
import type { Series } from '../expression/series.ts';
import type { ActiveRule } from '../rule.ts';
import type { OperatorStore } from '../store/operator.ts';
import type { WatchSnapshot } from '../watch/snapshot.ts';

/** What the page needs of a running watch. */
export interface PageSource {
  snapshot(): WatchSnapshot;
  /** Values of an expression at `from`, `from + step`, … `to`, milliseconds. */
  series(expression: Expression, from: number, to: number, step: number): readonly Series[];
  /** Rules in force, with their thresholds. */
  rules(): readonly Pick<ActiveRule, 'name' | 'threshold'>[];
  /** Metrics in Prometheus' text format. */
  exposition(): Promise<string>;
  readonly contentType: string;
  /** What an operator says through the page. */
  readonly operator: Pick<OperatorStore, 'acknowledge' | 'silence' | 'expire'>;
}
