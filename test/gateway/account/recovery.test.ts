import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { type AuditLine, parseAuditLine } from '../../../src/audit-line.ts';
import { auditRig } from './support/audit.ts';
import { auditLine } from './support/audit-line.ts';

const linesOf = (file: string): AuditLine[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text) => parseAuditLine(text) ?? []);

/** Leaves the log as a process that was killed would. */
function leave(file: string, lines: readonly AuditLine[], marker: string, content = ''): void {
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  writeFileSync(`${file}.${marker}.open`, content);
}

test('after a clean close the next start has nothing to tell', async () => {
  const { open, names, ids, file } = auditRig();
  const first = await open();
  first.write(auditLine('r0', 'started'));
  first.close();
  expect(names()).toEqual(['audit.log']);
  (await open()).write(auditLine('r1'));
  expect(ids('audit.log')).toEqual(['r0', 'r1']);
  expect(linesOf(file).map(({ type }) => type)).toEqual(['started', 'audit']);
});

test('after an unclean end the next start says when the last line was, and ends the requests that were open', async () => {
  const { open, file } = auditRig();
  const left = [auditLine('done', 'started'), auditLine('lost', 'started'), auditLine('done'), auditLine('short')];
  leave(file, left, '999999999');
  await open();
  const [told, lost, ...rest] = linesOf(file).slice(left.length);
  expect(told).toEqual({ type: 'recovered', time: told?.time, last_record_time: left.at(-1)?.time });
  expect(lost).toEqual({
    ...left[1],
    ...{ type: 'recovered', time: told?.time, error: 'gateway_restarted', last_record_time: left.at(-1)?.time },
  });
  expect(rest).toEqual([]);
});

test('it is told once, also when the number of the process is the same as before', async () => {
  const { open, file, names } = auditRig();
  leave(file, [auditLine('r0')], String(process.pid));
  (await open()).close();
  (await open()).close();
  expect(linesOf(file).map(({ type }) => type)).toEqual(['audit', 'recovered']);
  expect(names()).toEqual(['audit.log']);
});

test('a log that another living process has open was not left', async () => {
  const { open, file, names } = auditRig();
  const other = spawn('sleep', ['60']);
  onTestFinished(() => void other.kill());
  await once(other, 'spawn');
  const status = readFileSync(`/proc/${other.pid}/stat`, 'utf8');
  leave(file, [auditLine('r0', 'started')], String(other.pid), status.slice(status.lastIndexOf(')')).split(' ')[20]);
  (await open()).close();
  expect(linesOf(file).map(({ type }) => type)).toEqual(['started']);
  expect(names()).toEqual(['audit.log', `audit.log.${other.pid}.open`]);
});

test('a number that now belongs to another process does not hide the unclean end', async () => {
  const { open, file } = auditRig();
  const other = spawn('sleep', ['60']);
  onTestFinished(() => void other.kill());
  await once(other, 'spawn');
  leave(file, [auditLine('r0')], String(other.pid), '1');
  await open();
  expect(linesOf(file).map(({ type }) => type)).toEqual(['audit', 'recovered']);
});
