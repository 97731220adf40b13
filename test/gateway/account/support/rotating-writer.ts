import { openAuditLog } from '../../../../gateway/account/audit-log.ts';
import { gatewaySchema } from '../../../../gateway/config.ts';
import { gatewayMetrics } from '../../../../src/catalogue/index.ts';
import { createLog } from '../../../../src/telemetry/log.ts';
import { createMetrics } from '../../../../src/telemetry/registry.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { auditLine } from './audit-line.ts';

// One of several gateways on one audit file: begins when told to, and crosses a midnight every tenth line.
const [file = '', name = '', count = '0'] = process.argv.slice(2);
const clock = new ManualClock('2026-11-25T23:59:00');
const config = { ...gatewaySchema.parse({}).audit, file, gzip: false, keep: 10_000 };
const metrics = createMetrics(gatewayMetrics);
const audit = await openAuditLog({ config, metrics, log: createLog('error', name), clock });
process.stdout.write('ready\n');
process.stdin.once('data', () => {
  for (let index = 0; index < Number(count); index += 1) {
    audit.write(auditLine(`${name}-${index}`));
    clock.pass(2.4 * 3_600_000);
  }
  audit.close();
  process.stdin.destroy();
});
