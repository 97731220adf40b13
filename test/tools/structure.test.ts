import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkStructure, type StructureReport } from '../../tools/structure.ts';
import { structureRules } from '../../tools/structure-rules.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** One planted violation per rule: the file that breaks it, and what it imports. */
const planted: Record<string, readonly [file: string, imports: string]> = {
  'room-src': ['src/a.ts', './store/target.ts'],
  'room-catalogue': ['src/catalogue/a.ts', '../store/target.ts'],
  'room-expression': ['src/expression/a.ts', '../store/target.ts'],
  'room-config': ['src/config/a.ts', '../store/target.ts'],
  'room-telemetry': ['src/telemetry/a.ts', '../store/target.ts'],
  'room-probes': ['src/probes/a.ts', '../store/target.ts'],
  'room-logs': ['src/logs/a.ts', '../store/target.ts'],
  'room-store': ['src/store/a.ts', '../probes/target.ts'],
  'room-demo': ['src/demo/a.ts', '../store/target.ts'],
  'room-setup': ['src/setup/a.ts', '../store/target.ts'],
  'room-security': ['src/security/a.ts', '../store/target.ts'],
  'room-alerts': ['alerts/a.ts', '../src/store/target.ts'],
  'room-dashboards': ['dashboards/a.ts', '../src/store/target.ts'],
  'room-checks': ['src/checks/a.ts', '../store/target.ts'],
  'room-triage': ['src/triage/a.ts', '../watch/target.ts'],
  'room-watch': ['src/watch/a.ts', '../probes/target.ts'],
  'room-notify': ['src/notify/a.ts', '../probes/target.ts'],
  'room-page': ['src/page/a.ts', '../probes/target.ts'],
  'room-admission': ['gateway/admission/a.ts', '../upstream/target.ts'],
  'room-translate': ['gateway/translate/a.ts', '../upstream/target.ts'],
  'room-upstream': ['gateway/upstream/a.ts', '../admission/target.ts'],
  'room-account': ['gateway/account/a.ts', '../routes/target.ts'],
  'room-routes': ['gateway/routes/a.ts', '../../src/store/target.ts'],
  'owner-prom-client': ['src/store/b.ts', 'prom-client'],
  'owner-opentelemetrysdkexporter': ['src/store/c.ts', '@opentelemetry/sdk-node'],
  'owner-nodemailer': ['src/store/d.ts', 'nodemailer'],
  'owner-smtp-server': ['src/store/e.ts', 'smtp-server'],
  'owner-node-cron': ['src/store/f.ts', 'node-cron'],
  'owner-systeminformation': ['src/store/g.ts', 'systeminformation'],
  'owner-execa': ['src/store/h.ts', 'execa'],
  'owner-fastify': ['src/store/i.ts', 'fastify'],
  'owner-ioredis': ['src/store/redis.ts', 'ioredis'],
  'owner-grafana': ['src/store/j.ts', '@grafana/grafana-foundation-sdk/common'],
  'owner-sqlite': ['src/probes/b.ts', 'node:sqlite'],
  'owner-child-process': ['src/store/k.ts', 'node:child_process'],
  'no-cycle': ['src/store/cycle-a.ts', './cycle-b.ts'],
  resolves: ['src/store/l.ts', './nowhere.ts'],
  'no-test-in-product': ['src/store/m.ts', '../../test/target.ts'],
  pure: ['src/expression/b.ts', 'node:fs'],
  'discovered-not-registered': ['src/watch/main.ts', '../checks/target.ts'],
  'gateway-entered-by-its-command': ['src/store/n.ts', '../../gateway/target.ts'],
  'sections-read-only-the-schema': ['src/cli/sections.ts', '../../gateway/target.ts'],
  'generators-stay-outside': ['src/store/o.ts', '../../dashboards/builder.ts'],
  'grafana-unreachable': ['src/page/b.ts', './leads-to-grafana.ts'],
};

const targets: Record<string, string> = {
  'src/store/cycle-b.ts': "import './cycle-a.ts';",
  'dashboards/builder.ts': "import '@grafana/grafana-foundation-sdk/common';",
  'src/page/leads-to-grafana.ts': "import '@grafana/grafana-foundation-sdk/common';",
};
for (const room of ['store', 'watch', 'probes', 'checks']) targets[`src/${room}/target.ts`] = 'export {};';
for (const room of ['upstream', 'admission', 'routes', '.']) targets[join('gateway', room, 'target.ts')] = 'export {};';
targets['test/target.ts'] = 'export {};';

const folder = mkdtempSync(join(tmpdir(), 'structure-'));
let report: StructureReport;

beforeAll(async () => {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  };
  for (const [path, text] of Object.entries(targets)) write(path, text);
  for (const [file, imports] of Object.values(planted)) write(file, `import '${imports}';`);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  report = await checkStructure(folder, ['src', 'gateway', 'alerts', 'dashboards'], join(root, 'tsconfig.json'));
});

afterAll(() => rmSync(folder, { recursive: true }));

test('every rule has a planted violation', () => {
  expect(Object.keys(planted).sort()).toEqual(structureRules.map(({ name }) => name).sort());
});

test.each(Object.entries(planted))('%s finds what breaks it', (rule, [file]) => {
  expect(report.violations).toContainEqual(expect.objectContaining({ rule, from: file }));
});
