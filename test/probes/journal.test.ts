import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readContainerLog } from '../../src/probes/docker.ts';
import { readJournal } from '../../src/probes/journal.ts';
import { followKernelLog } from '../../src/probes/kernel-log.ts';

const usualPath = process.env['PATH'];
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bin-'));
  process.env['PATH'] = `${folder}:${usualPath}`;
});
afterEach(() => {
  process.env['PATH'] = usualPath;
});

async function program(name: string, script: string): Promise<void> {
  await writeFile(path.join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(path.join(folder, name), 0o755);
}

const query = { from: Date.parse('2026-11-24T15:00:00Z'), to: Date.parse('2026-11-24T15:15:00Z'), timeoutMs: 5000 };

test('journalctl is asked for the unit and the window, and its JSON is read', async () => {
  await program(
    'journalctl',
    `echo "$@" > ${folder}/args
echo '{"MESSAGE":"panic: x","__REALTIME_TIMESTAMP":"1795532400123456"}'
echo '{"MESSAGE":[104,105],"__REALTIME_TIMESTAMP":"1795532401000000"}'`,
  );
  const entries = await readJournal({ unit: 'ollama', ...query });
  expect(entries).toEqual([
    { text: 'panic: x', at: 1_795_532_400_123.456 },
    { text: 'hi', at: 1_795_532_401_000 },
  ]);
  const args = await readFile(path.join(folder, 'args'), 'utf8');
  expect(args).toContain(`--unit ollama --since=@${query.from / 1000} --until=@${query.to / 1000}`);
});

test('a journal that may not be read says how to make it readable', async () => {
  await program('journalctl', 'echo "No journal files were opened due to insufficient permissions." >&2; exit 1');
  await expect(readJournal({ unit: 'ollama', ...query })).rejects.toThrow('usermod -aG systemd-journal');
});

test("both streams of a container's log are put in order", async () => {
  await program(
    'docker',
    `echo '2026-11-24T15:00:02.000000001Z second'
echo '2026-11-24T15:00:01.000000001Z first' >&2`,
  );
  const entries = await readContainerLog({ container: 'ollama', ...query });
  expect(entries.map(({ text }) => text)).toEqual(['first', 'second']);
});

test('a container that does not exist is a reason, not silence', async () => {
  await program('docker', 'echo "Error response from daemon: No such container: x" >&2; exit 1');
  await expect(readContainerLog({ container: 'x', ...query })).rejects.toThrow('No such container: x');
});

test('the kernel log of journald is followed by the cursor of its last entry', async () => {
  await program(
    'journalctl',
    `echo "$@" > ${folder}/args
echo '{"MESSAGE":"a","__REALTIME_TIMESTAMP":"1795532400000000","__CURSOR":"s=1;i=2"}'`,
  );
  const read = followKernelLog('journal');
  const window = { from: query.from, now: query.to, timeoutMs: 5000 };
  expect(await read(window)).toEqual([{ text: 'a', at: 1_795_532_400_000 }]);
  expect(await readFile(path.join(folder, 'args'), 'utf8')).toContain(
    `_TRANSPORT=kernel --since=@${query.from / 1000}`,
  );
  await read(window);
  const args = await readFile(path.join(folder, 'args'), 'utf8');
  expect(args).toContain('--after-cursor=s=1;i=2');
  expect(args).not.toContain('--since');
});

test.each([
  ['missing', 'No journal files were found.'],
  ['closed to us', 'Hint: You are currently not seeing messages from other users and the system.'],
])('a journal that is %s is noticed, though journalctl keeps quiet about it when it prints JSON', async (_, words) => {
  await program('journalctl', `case "$*" in *--output=json*) ;; *) echo '${words}' >&2;; esac`);
  await expect(readJournal({ unit: 'kernel', ...query })).rejects.toThrow(words);
});

test('a journal in which nothing happened is read', async () => {
  await program('journalctl', 'exit 0');
  expect(await readJournal({ unit: 'kernel', ...query })).toEqual([]);
});
