import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { stringify } from 'yaml';
import { run } from '../../../src/cli/main.ts';
import { temporaryFolder } from '../../support/ops.ts';

/** `ops alerts test --mail` against a mail server on loopback; `smtp` is more of `notify.email.smtp`. */
export async function alertsTest(port: number, smtp: object = {}, to: readonly string[] = ['oncall@example.org']) {
  const file = join(temporaryFolder('ops-alerts-test'), 'ops.yaml');
  const email = { from: 'ops@example.org', to, smtp: { host: '127.0.0.1', port, ...smtp } };
  writeFileSync(file, stringify({ notify: { email } }));
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const codes: number[] = [];
  await run(['alerts', 'test', '--mail', '--config', file], {
    ...{ stdin: new PassThrough(), stdout, stderr, env: {} },
    exit: (code) => codes.push(code),
  });
  stdout.end();
  stderr.end();
  return { stdout: await text(stdout), stderr: await text(stderr), code: codes[0] };
}
