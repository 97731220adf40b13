import * as certificate from './certificate.ts';
import * as exposure from './exposure.ts';
import * as gateway from './gateway.ts';
import * as gpu from './gpu.ts';
import * as host from './host.ts';
import * as kernel from './kernel.ts';
import * as latency from './latency.ts';
import * as log from './log.ts';
import type { Metric } from './metric.ts';
import * as nginx from './nginx.ts';
import * as ollama from './ollama.ts';
import * as process from './process.ts';
import * as watch from './watch.ts';

/** What the gateway exposes on `gateway.metrics_listen`. */
export const gatewayMetrics: readonly Metric[] = [...Object.values(gateway), ...Object.values(process)];

/** What watch exposes on `page.listen`. */
export const watchMetrics: readonly Metric[] = [
  ...Object.values(gpu),
  ...Object.values(certificate),
  ...Object.values(host),
  ...Object.values(kernel),
  ...Object.values(ollama),
  ...Object.values(nginx),
  ...Object.values(exposure),
  ...Object.values(latency),
  ...Object.values(log),
  ...Object.values(watch),
  ...Object.values(process),
];

/** Every metric of the product, once. */
export const catalogue: readonly Metric[] = [...new Set([...gatewayMetrics, ...watchMetrics])];
