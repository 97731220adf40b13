import { type Metric, type OpenMetricsContentType, Registry } from 'prom-client';

export type OpenMetricsRegistry = Registry<OpenMetricsContentType>;

/** Histograms with exemplars may belong to such a registry only. */
export function openMetricsRegistry(): OpenMetricsRegistry {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/**
 * The instruments of a registry to print as OpenMetrics. prom-client renames the counters of a registry that it prints in
 * this format, so this one holds stand-ins that pass on the values of the real ones.
 */
export function openMetricsOf(instruments: readonly Metric[]): OpenMetricsRegistry {
  const registry = openMetricsRegistry();
  for (const instrument of instruments) registry.registerMetric(standIn(instrument));
  return registry;
}

function standIn(instrument: Metric): Metric {
  const described = instrument as Metric & { readonly name: string; readonly type: string };
  const name = described.type === 'counter' ? described.name.replace(/_total$/, '') : described.name;
  const get = async () => ({ ...(await instrument.get()), name });
  return { name, type: described.type, get } as unknown as Metric;
}

/** Whether a scraper asks for OpenMetrics, by its `Accept` header. */
export const wantsOpenMetrics = (accept: string | undefined): boolean =>
  accept?.includes('application/openmetrics-text') ?? false;
