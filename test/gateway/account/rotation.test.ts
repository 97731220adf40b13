import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ManualClock } from '../../support/manual-clock.ts';
import { auditRig } from './support/audit.ts';
import { auditLine } from './support/audit-line.ts';

const writer = fileURLToPath(new URL('./support/rotating-writer.ts', import.meta.url));

const lateEvening = '2026-11-25T23:59:59.500';

/** Waits for the work in the background that the clock has started. */
const becomes = (names: () => string[], expected: string[]) =>
  vi.waitFor(() => expect(names()).toEqual(expected), { timeout: 4000, interval: 5 });

const open = `audit.log.${process.pid}.open`;

test('the lines of a local day are moved to its own file at midnight, whole and in order', async () => {
  const { open, ids } = auditRig();
  const clock = new ManualClock(lateEvening);
  const audit = await open(clock, { gzip: false });
  for (let index = 0; index < 10; index += 1) {
    audit.write(auditLine(`r${index}`));
    clock.pass(100);
  }
  expect(ids('audit.log-2026-11-25')).toEqual(['r0', 'r1', 'r2', 'r3', 'r4']);
  expect(ids('audit.log')).toEqual(['r5', 'r6', 'r7', 'r8', 'r9']);
});

test('a log without requests is moved at midnight too, and an empty one is not', async () => {
  const { open: openLog, names, ids } = auditRig();
  const clock = new ManualClock(lateEvening);
  const audit = await openLog(clock, { gzip: false });
  audit.write(auditLine('r'));
  clock.pass(2 * 86_400_000);
  expect(names()).toEqual(['audit.log', 'audit.log-2026-11-25', open]);
  expect(ids('audit.log')).toEqual([]);
});

test('a log of yesterday is moved when the gateway starts', async () => {
  const { file, open: openLog, names, ids } = auditRig();
  writeFileSync(file, `${JSON.stringify(auditLine('old'))}\n`);
  const yesterday = new Date('2026-11-23T12:00:00');
  utimesSync(file, yesterday, yesterday);
  await openLog(new ManualClock(lateEvening), { gzip: false });
  expect(names()).toEqual(['audit.log', 'audit.log-2026-11-23', open]);
  expect(ids('audit.log-2026-11-23')).toEqual(['old']);
});

test('two gateways on one file rotate it once and lose no line', async () => {
  const { open, ids } = auditRig();
  const clock = new ManualClock(lateEvening);
  const logs = [await open(clock, { gzip: false }), await open(clock, { gzip: false })];
  for (let index = 0; index < 10; index += 1) {
    for (const [number, audit] of logs.entries()) audit.write(auditLine(`${number}-${index}`));
    clock.pass(100);
  }
  expect(ids('audit.log-2026-11-25')).toEqual([0, 1, 2, 3, 4].flatMap((index) => [`0-${index}`, `1-${index}`]));
  expect(ids('audit.log')).toEqual([5, 6, 7, 8, 9].flatMap((index) => [`0-${index}`, `1-${index}`]));
});

test('three processes that rotate one file at the same time, again and again, lose no line', async () => {
  const { file, names, ids } = auditRig();
  const count = 400;
  const writers = ['a', 'b', 'c'].map((name) => spawn(process.execPath, [writer, file, name, String(count)]));
  onTestFinished(() => {
    for (const child of writers) child.kill('SIGKILL');
  });
  const ended = writers.map((child) => once(child, 'exit'));
  await Promise.all(writers.map((child) => once(child.stdout, 'data')));
  for (const child of writers) child.stdin.write('go\n');
  expect(await Promise.all(ended)).toEqual(writers.map(() => [0, null]));
  const written = ['a', 'b', 'c'].flatMap((name) => [...Array(count).keys()].map((index) => `${name}-${index}`));
  expect(names().flatMap(ids).sort()).toEqual(written.sort());
}, 20_000);

test('a rotation that another process is at is waited for, and done where that one died', async () => {
  const { file, open: openLog, names, ids } = auditRig();
  const clock = new ManualClock(lateEvening);
  const audit = await openLog(clock, { gzip: false });
  audit.write(auditLine('r0'));
  const lock = `${file}.rotating`;
  writeFileSync(lock, '');
  clock.pass(600);
  audit.write(auditLine('r1'));
  expect(ids('audit.log')).toEqual(['r0', 'r1']);
  const minutesAgo = new Date(Date.now() - 120_000);
  utimesSync(lock, minutesAgo, minutesAgo);
  for (const id of ['r2', 'r3']) audit.write(auditLine(id));
  expect(ids('audit.log-2026-11-25')).toEqual(['r0', 'r1', 'r2']);
  expect(ids('audit.log')).toEqual(['r3']);
  expect(names()).toEqual(['audit.log', 'audit.log-2026-11-25', open]);
});

test('no file that exists is replaced', async () => {
  const { folder, open, ids } = auditRig();
  writeFileSync(join(folder, 'audit.log-2026-11-25'), '{"request_id":"first"}\n');
  writeFileSync(join(folder, 'audit.log-2026-11-25.1.gz'), 'packed');
  const clock = new ManualClock(lateEvening);
  (await open(clock, { gzip: false })).write(auditLine('second'));
  clock.pass(1000);
  expect(ids('audit.log-2026-11-25')).toEqual(['first']);
  expect(ids('audit.log-2026-11-25.2')).toEqual(['second']);
});

test('moved files are compressed a minute later and deleted after their days; others are left alone', async () => {
  const { folder, open: openLog, names, ids } = auditRig();
  const foreign = ['audit.log-2020-01-01.bak', 'audit.log-notes', 'other.log-2020-01-01'];
  for (const name of [...foreign, 'audit.log-2020-01-01', 'audit.log-2026-11-22.gz', 'audit.log-2026-11-23.gz']) {
    writeFileSync(join(folder, name), '');
  }
  const clock = new ManualClock(lateEvening);
  const audit = await openLog(clock, { keep: 3 });
  audit.write(auditLine('r0'));
  clock.pass(1000);
  audit.write(auditLine('r1'));
  expect(ids('audit.log-2026-11-25')).toEqual(['r0']);
  clock.pass(60_000);
  const kept = ['audit.log', 'audit.log-2026-11-23.gz', 'audit.log-2026-11-25.gz', open, ...foreign];
  await becomes(names, kept.sort());
  expect(ids('audit.log-2026-11-25.gz')).toEqual(['r0']);
});

test('what a crash left uncompressed is compressed by the next start', async () => {
  const { folder, open: openLog, names, ids } = auditRig();
  writeFileSync(join(folder, 'audit.log-2026-11-24'), '{"request_id":"r0"}\n');
  writeFileSync(join(folder, 'audit.log-2026-11-24.gz.tmp'), 'half');
  utimesSync(join(folder, 'audit.log-2026-11-24.gz.tmp'), new Date('2026-11-24'), new Date(Date.now() - 3_600_000));
  const clock = new ManualClock(lateEvening);
  await openLog(clock);
  clock.pass(0);
  await becomes(names, ['audit.log', 'audit.log-2026-11-24.gz', open]);
  expect(ids('audit.log-2026-11-24.gz')).toEqual(['r0']);
});

test('with rotate: off an external logrotate moves the file and reopen follows', async () => {
  const { file, folder, open, ids } = auditRig();
  const clock = new ManualClock(lateEvening);
  const audit = await open(clock, { rotate: 'off' });
  audit.write(auditLine('r0'));
  clock.pass(86_400_000);
  audit.write(auditLine('r1'));
  renameSync(file, join(folder, 'audit.log.1'));
  audit.write(auditLine('r2'));
  audit.reopen();
  audit.write(auditLine('r3'));
  expect(ids('audit.log.1')).toEqual(['r0', 'r1', 'r2']);
  expect(ids('audit.log')).toEqual(['r3']);
});
