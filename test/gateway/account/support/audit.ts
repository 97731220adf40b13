import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { type AuditLog, openAuditLog } from '../../../../gateway/account/audit-log.ts';
import { type GatewayConfig, gatewaySchema } from '../../../../gateway/config.ts';
import type { AuditLine } from '../../../../src/audit-line.ts';
import { gatewayMetrics } from '../../../../src/catalogue/index.ts';
import { type Clock, systemClock } from '../../../../src/clock.ts';
import { createLog } from '../../../../src/telemetry/log.ts';
import { createMetrics, type Metrics } from '../../../../src/telemetry/registry.ts';
import { temporaryFolder } from '../../../support/ops.ts';

export interface AuditRig {
  readonly folder: string;
  readonly file: string;
  readonly metrics: Metrics;
  open(clock?: Clock, config?: Partial<GatewayConfig['audit']>): Promise<AuditLog>;
  /** Names in the folder, sorted. */
  names(): string[];
  /** Request ids of a file of the folder, in order; a line that is not whole JSON throws. */
  ids(name: string): string[];
}

export function auditRig(): AuditRig {
  const folder = temporaryFolder('audit');
  const file = join(folder, 'audit.log');
  const metrics = createMetrics(gatewayMetrics);
  return {
    folder,
    file,
    metrics,
    async open(clock = systemClock, config = {}) {
      const section = { ...gatewaySchema.parse({}).audit, file, ...config };
      const audit = await openAuditLog({ config: section, metrics, log: createLog('fatal', 'test'), clock });
      onTestFinished(() => audit.close());
      return audit;
    },
    names: () => readdirSync(folder).sort(),
    ids(name) {
      const bytes = readFileSync(join(folder, name));
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
      const lines = text.split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as AuditLine).flatMap(({ request_id }) => request_id ?? []);
    },
  };
}
