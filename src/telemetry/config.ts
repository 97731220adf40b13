import { z } from 'zod';

/** The `telemetry` section. */
export const telemetrySchema = z.strictObject({
  /** OTLP/HTTP endpoint of traces; `OTEL_EXPORTER_OTLP_ENDPOINT` is the default. */
  otlp_endpoint: z.url({ protocol: /^https?$/, error: 'expected a URL such as http://localhost:4318' }).optional(),
});

export type TelemetryConfig = z.output<typeof telemetrySchema>;
