import type { Context, Span, Tracer } from '@opentelemetry/api';
import { version } from '../package.ts';

export type { Context, Span, Tracer };

export interface Tracing {
  readonly tracer: Tracer;
  readonly api: typeof import('@opentelemetry/api');
  /** Sends what is pending; ends within 2 s even when the collector is dead. */
  shutdown(): Promise<void>;
}

/** Starts OpenTelemetry tracing to an OTLP/HTTP endpoint. Loaded only when one is configured: the import costs 150 ms. */
export async function startTracing(service: string, endpoint: string): Promise<Tracing> {
  const [api, { NodeSDK }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const sdk = new NodeSDK({
    serviceName: service,
    traceExporter: new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` }),
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  return {
    tracer: api.trace.getTracer('clawdbot-ops', version),
    api,
    async shutdown() {
      const deadline = new Promise<void>((resolve) => {
        setTimeout(resolve, 2000).unref();
      });
      await Promise.race([sdk.shutdown().catch(() => {}), deadline]);
      // The API keeps the first provider of a process; a later start would write to this closed one.
      for (const part of [api.trace, api.propagation, api.context]) part.disable();
    },
  };
}
