import { metric } from './catalogue/metric.ts';
import { type Select, select } from './expression/ast.ts';

/** The series in which Prometheus keeps its alerts; watch keeps the firing ones alike. Exposed by neither. */
export const alertSeries = metric({
  name: 'ALERTS',
  type: 'gauge',
  unit: 'state',
  help: '1 while an alert fires.',
  labels: { alertname: { atMost: 100 }, alertstate: ['firing'] },
});

/** The alerts of a rule that fired at the evaluation before, for a rule that ends later than it begins. */
export const firing = (rule: string): Select => select(alertSeries, { alertname: rule, alertstate: 'firing' });
