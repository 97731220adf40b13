import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startMailCatcher } from '../../src/demo/mail-catcher.ts';
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

test('a full disk: watch says it in a sentence and goes on, and tells everything once there is room', async ({
  skip,
}) => {
  const disk = smallDisk();
  if (disk === undefined) return skip('mounting a small file system takes root');
  const mail = await startMailCatcher();
  onTestFinished(() => mail.close());
  const rig = await watchRig({ mailPort: mail.port });
  rig.configuration.watch.state_dir = disk;
  const program = await rig.start();
  const ballast = join(disk, 'ballast');
  fillUp(ballast);
  await rig.gpu.set(full);
  await eventually('the sentence', () => program.output().includes(`no room on the disk of ${disk}/incidents.db`));
  await sleep(2000);
  expect(mail.mails).toEqual([]);
  expect((await fetch(`${rig.url}/health`)).ok).toBe(true);
  rmSync(ballast);
  await eventually('the mail', () => mail.mails.length > 0);
  expect(mail.mails.map(({ raw }) => header(raw, 'X-Alert-Name'))).toEqual(['GpuMemoryHigh']);
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
