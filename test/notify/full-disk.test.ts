import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser } from 'mailparser';
import { expect, onTestFinished, test } from 'vitest';
import { startMailCatcher } from '../../src/demo/mail-catcher.ts';
import { openIncidents, openIncidentsBeside } from '../../src/store/incidents.ts';
import { openSamples, openSamplesToRead } from '../../src/store/samples.ts';
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
  await eventually('the reserve', () => freePages(disk) > 0);
  fillUp(ballast);
  useUpReserve(disk);
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
  await eventually('an empty outbox', () => incidents.outbox.unsent().length === 0);
}, 60_000);

test('a full disk is no reason to set the files aside: what was in them is there when there is room', ({ skip }) => {
  const disk = smallDisk();
  if (disk === undefined) return skip('mounting a small file system takes root');
  const first = openIncidents(disk, 'example.org');
  first.operator.silence({ matchers: { rule: 'GpuHot' }, createdAt: 1, expiresAt: 9, reason: 'kept' });
  first.close();
  openSamples(disk).close();
  const ballast = join(disk, 'ballast');
  fillUp(ballast);
  expect(() => openSamples(disk, expect.fail)).toThrow('no room on the disk');
  openIncidents(disk, 'example.org', expect.fail).close();
  rmSync(ballast);
  expect(readdirSync(disk).filter((name) => name.includes('corrupt'))).toEqual([]);
  const again = openIncidents(disk, 'example.org', expect.fail);
  expect(again.operator.silences(2)).toMatchObject([{ reason: 'kept' }]);
  again.close();
});

test('a full disk does not keep watch from starting, nor from mailing the end and writing it down', async ({
  skip,
}) => {
  const disk = smallDisk();
  if (disk === undefined) return skip('mounting a small file system takes root');
  const mail = await startMailCatcher();
  onTestFinished(() => mail.close());
  const rig = await watchRig({ mailPort: mail.port });
  rig.configuration.watch.state_dir = disk;
  const first = await rig.start();
  await rig.gpu.set(full);
  await eventually('the mail', () => mail.mails.length === 1);
  await eventually('the reserve', () => freePages(disk) > 0);
  await first.stop();
  fillUp(join(disk, 'ballast'));
  const second = await rig.start();
  await eventually('the sentence', () => second.output().includes(`no room on the disk of ${disk}/samples.db`));
  await rig.gpu.set([{ memoryUsed: 1000 }]);
  await eventually('the end', () => mail.mails.length === 2);
  expect(mail.mails.map(({ raw }) => header(raw, 'X-Alert-State'))).toEqual(['firing', 'resolved']);
  const incidents = openIncidentsBeside(disk);
  onTestFinished(() => incidents.close());
  expect(incidents.list(9)).toMatchObject([{ rule: 'GpuMemoryHigh', state: 'resolved' }]);
  await eventually('an empty outbox', () => incidents.outbox.unsent().length === 0);
  rmSync(join(disk, 'ballast'));
  await eventually('samples in their file', () => openSamplesToRead(disk).bytes() > 0);
}, 60_000);

function freePages(disk: string): number {
  const database = new DatabaseSync(join(disk, 'incidents.db'), { readOnly: true, timeout: 5000 });
  const { freelist_count: free } = database.prepare('PRAGMA freelist_count').get() ?? {};
  database.close();
  return Number(free);
}

/** Writes to incidents.db what still fits into its free pages. */
function useUpReserve(disk: string): void {
  const database = new DatabaseSync(join(disk, 'incidents.db'), { timeout: 5000 });
  database.exec('CREATE TABLE filling (filling BLOB)');
  for (const bytes of [60_000, 3000, 1]) {
    const insert = database.prepare('INSERT INTO filling VALUES (zeroblob(?))');
    try {
      for (;;) insert.run(bytes);
    } catch {
      // Full: the next size fills what is left.
    }
  }
  database.close();
}

function fillUp(file: string): void {
  for (const size of [65_536, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full: the next size fills what is left.
    }
  }
}
