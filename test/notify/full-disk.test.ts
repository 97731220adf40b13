import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser } from 'mailparser';
import { expect, onTestFinished, test } from 'vitest';
import { startMailCatcher } from '../../src/demo/mail-catcher.ts';
import { openIncidentsBeside } from '../../src/store/incidents.ts';
import { eventually, temporaryFolder } from '../support/ops.ts';
import { full, header, watchRig } from '../watch/running.ts';

/** A file system of 4 MiB, where this user may mount one. */
function smallDisk(): string | undefined {
  const folder = temporaryFolder('ops-small-disk');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'pipe' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

/** What fires while the disk of incidents.db is full is mailed at once; then there is room again. */
async function throughFullDisk(disk: string) {
  const mail = await startMailCatcher();
  onTestFinished(() => mail.close());
  const rig = await watchRig({ mailPort: mail.port });
  rig.configuration.watch.state_dir = disk;
  const program = await rig.start();
  const ballast = join(disk, 'ballast');
  fillUp(ballast);
  await rig.gpu.set(full);
  await eventually('the sentence', () => program.output().includes(`no room on the disk of ${disk}/incidents.db`));
  await eventually('the mail', () => mail.mails.length === 1);
  await sleep(2000);
  expect(mail.mails).toHaveLength(1);
  expect((await fetch(`${rig.url}/health`)).ok).toBe(true);
  rmSync(ballast);
  await eventually('the letter in the ledger', () => {
    const incidents = openIncidentsBeside(disk);
    const rows = incidents.outbox.all();
    incidents.close();
    return rows.some(({ kind, state }) => kind === 'digest' && state === 'accepted');
  });
  return { rig, mail };
}

test('a full disk: what fires is mailed at once from memory, and written without a second mail when there is room', async ({
  skip,
}) => {
  const disk = smallDisk();
  if (disk === undefined) return skip('mounting a small file system takes root');
  const { rig, mail } = await throughFullDisk(disk);
  const { subject, text } = await simpleParser(mail.mails[0]?.raw ?? '');
  expect(subject).toContain('[WARN] incidents cannot be written, and 1 began');
  expect(text).toContain(`incidents.db cannot be written: no room on the disk of ${disk}/incidents.db`);
  expect(text).toContain('[WARN] GPU memory');
  await rig.gpu.set([{ memoryUsed: 1000 }]);
  await eventually('the end', () => mail.mails.length === 2);
  expect(mail.mails.map(({ raw }) => header(raw, 'X-Alert-State'))).toEqual(['digest', 'resolved']);
  const incidents = openIncidentsBeside(disk);
  onTestFinished(() => incidents.close());
  expect(incidents.list(9)).toMatchObject([{ rule: 'GpuMemoryHigh', state: 'resolved' }]);
  expect(incidents.outbox.unsent()).toEqual([]);
}, 60_000);

function fillUp(file: string): void {
  for (const size of [65_536, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full: the next size fills what is left.
    }
  }
}
