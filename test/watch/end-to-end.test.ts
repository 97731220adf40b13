import { expect, onTestFinished, test } from 'vitest';
import { startMailCatcher } from '../../src/demo/mail-catcher.ts';
import { eventually } from '../support/ops.ts';
import { full, header, watchRig } from './running.ts';

/** The text of a mail, without the soft line breaks of its encoding. */
const plain = (raw: string | undefined): string => (raw ?? '').replace(/=\r\n/g, '').replaceAll('\r', '');

test('a full GPU is mailed with a diagnosis, and its recovery in the same thread', async () => {
  const mail = await startMailCatcher();
  onTestFinished(() => mail.close());
  const { gpu, start, url } = await watchRig({ mailPort: mail.port });
  const program = await start();
  await gpu.set(full);
  await eventually('the mail', () => mail.mails.length === 1);
  const fired = mail.mails[0]?.raw;
  expect(header(fired, 'X-Alert-Name')).toBe('GpuMemoryHigh');
  expect(header(fired, 'X-Alert-State')).toBe('firing');
  expect(plain(fired)).toContain('incident OPS-1');
  expect(plain(fired)).toContain('Value: 96 %, threshold 90 %');
  expect(plain(fired)).toMatch(/Probable cause \(triage\)\n {2}(?!triage unfinished)\S/);

  await gpu.set([{}]);
  await eventually('the recovery', () => mail.mails.length === 2);
  const resolved = mail.mails[1]?.raw;
  expect(header(resolved, 'X-Alert-State')).toBe('resolved');
  expect(header(resolved, 'References')).toBe(header(fired, 'References'));
  await eventually('the resolved incident on the page', async () =>
    (await (await fetch(`${url}/api/state`)).text()).includes('"resolved"'),
  );
  expect(await program.stop(), program.output()).toBe(0);
}, 60_000);
