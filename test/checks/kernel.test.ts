import { accessSync, appendFileSync, constants, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Metric } from '../../src/catalogue/metric.ts';
import { checkDuration, checkLastSuccess } from '../../src/catalogue/watch.ts';
import kernel from '../../src/checks/kernel.ts';
import type { Sample } from '../../src/expression/series.ts';
import { followKernelLog } from '../../src/probes/kernel-log.ts';
import { corpusText } from '../support/corpus.ts';
import { temporaryFolder } from '../support/ops.ts';
import { runCheck, valuesOf } from './support/context.ts';

const file = () => join(temporaryFolder('kernel'), 'kern.log');
const stamp = (ms: number) => new Date(ms).toISOString();
const now = Date.now();
const xid = (code: number, at = now) => `${stamp(at)} host kernel: NVRM: Xid (PCI:0000:01:00): ${code}, pid=1, text\n`;
const killed = (pid: number, name: string) =>
  `${stamp(now)} host kernel: oom-kill:constraint=CONSTRAINT_NONE,task=${name},pid=${pid},uid=0\n` +
  `${stamp(now)} host kernel: Out of memory: Killed process ${pid} (${name}) total-vm:1kB\n`;

/** The counters above 0 at the end of a run, by their label. */
function counted(samples: readonly Sample[], name: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const sample of samples) {
    const [label = ''] = Object.values(sample.labels);
    if (sample.name === name && sample.value > 0) counts[label] = sample.value;
  }
  return counts;
}

const xidsOf = (samples: readonly Sample[]) => counted(samples, 'ops_gpu_xid_events_total');
const killsOf = (samples: readonly Sample[]) => counted(samples, 'ops_oom_kills_total');

describe('the kernel check', () => {
  test('counts the errors of the driver by code, each once', async () => {
    const source = file();
    writeFileSync(source, xid(31));
    const run = () => runCheck(kernel, { source });
    expect(xidsOf(await run())).toEqual({ 31: 1 });
    expect(xidsOf(await run())).toEqual({ 31: 1 });
    appendFileSync(source, `${xid(31) + xid(48)}NVRM: half a line`);
    expect(xidsOf(await run())).toEqual({ 31: 2, 48: 1 });
    appendFileSync(source, `\n${xid(79)}`);
    expect(xidsOf(await run())).toEqual({ 31: 2, 48: 1, 79: 1 });
  });

  test('known codes are 0 before they occur, and a first count is preceded by its 0', async () => {
    const source = file();
    writeFileSync(source, '');
    expect(valuesOf(await runCheck(kernel, { source }), 'ops_gpu_xid_events_total', { xid: '79' })).toEqual([0]);
    appendFileSync(source, xid(999) + killed(7, 'python3'));
    const samples = await runCheck(kernel, { source });
    expect(valuesOf(samples, 'ops_gpu_xid_events_total', { xid: '999' })).toEqual([0, 1]);
    expect(valuesOf(samples, 'ops_oom_kills_total', { process: 'python3' })).toEqual([0, 1]);
    expect(valuesOf(samples, 'ops_oom_kills_total', { process: 'ollama' })).toEqual([0]);
    const [before, after] = samples.filter(({ labels }) => labels['xid'] === '999');
    expect(before?.at).toBeLessThan(after?.at ?? 0);
  });

  test('counts one kill once, though the kernel tells it in several lines', async () => {
    const source = file();
    writeFileSync(source, killed(41, 'ollama') + killed(42, 'ollama') + killed(43, 'node'));
    expect(killsOf(await runCheck(kernel, { source }))).toEqual({ ollama: 2, node: 1 });
  });

  test('looks five minutes back from its start and not further', async () => {
    const source = file();
    writeFileSync(source, xid(48, now - 3_600_000) + xid(62, now - 200_000));
    expect(xidsOf(await runCheck(kernel, { source }))).toEqual({ 62: 1 });
  });

  test.each([
    ['an hour', 3_600_000, { 48: 1, 62: 1 }],
    // Not once more what that watch has told.
    ['half a minute', 30_000, {}],
    ['two days', 48 * 3_600_000, { 62: 1 }],
    // Measured by a clock that was wrong.
    ['less than nothing', -3_600_000, { 62: 1 }],
  ])('goes on where an earlier watch stopped: %s before', async (_, ms, expected) => {
    const source = file();
    writeFileSync(source, xid(79, now - 86_500_000) + xid(48, now - 3_500_000) + xid(62, now - 200_000));
    const stored = (metric: Metric, since: number): Sample[] => {
      const of = (check: string, value: number) => ({ name: metric.name, labels: { check }, value, at: now - ms });
      const values: Record<string, number> = { [checkLastSuccess.name]: (now - ms) / 1000, [checkDuration.name]: 0.1 };
      const value = values[metric.name];
      return value === undefined || now - ms <= since ? [] : [of('gpu', 1), of('kernel', value)];
    };
    expect(xidsOf(await runCheck(kernel, { source }, {}, { stored }))).toEqual(expected);
  });

  test('begins at the top of a new file after a rotation', async () => {
    const source = file();
    writeFileSync(source, xid(31) + xid(31));
    await runCheck(kernel, { source });
    renameSync(source, `${source}.1`);
    writeFileSync(source, xid(74));
    expect(xidsOf(await runCheck(kernel, { source }))).toEqual({ 31: 2, 74: 1 });
  });

  test('fails when the log is missing: that is not "no errors"', async () => {
    await expect(runCheck(kernel, { source: file() })).rejects.toThrow('ENOENT');
  });

  test.each([
    ['dmesg-0001', { 119: 1 }, {}],
    ['dmesg-0003', { 79: 1 }, {}],
    ['dmesg-0005', { 79: 1, 154: 1 }, {}],
    ['dmesg-0007', { 79: 1 }, {}],
    ['dmesg-0008', { 63: 1 }, {}],
    ['dmesg-0009', { 31: 1 }, {}],
    ['dmesg-0011', { 8: 1 }, {}],
    ['dmesg-0016', {}, { ollama: 1 }],
    ['dmesg-0018', {}, { ollama: 1 }],
    ['dmesg-0020', {}, { manager: 1 }],
    ['dmesg-0021', {}, { heapster: 1 }],
    ['dmesg-0022', {}, {}],
  ])('reads the real text %s', async (id, xids, kills) => {
    const source = file();
    writeFileSync(source, '');
    await runCheck(kernel, { source });
    appendFileSync(source, `${corpusText(id)}\n`);
    const samples = await runCheck(kernel, { source });
    if (id !== 'dmesg-0001') expect(xidsOf(samples)).toEqual(xids);
    else expect(Object.keys(xidsOf(samples))).toContain('119');
    expect(killsOf(samples)).toEqual(kills);
  });
});

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!readable('/dev/kmsg'))(
  'the ring of the running kernel is read to its end, and then only what is new',
  async () => {
    const read = followKernelLog('/dev/kmsg');
    const query = { from: 0, now: Date.now(), timeoutMs: 5000 };
    const lines = await read(query);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every(({ text, at = 0 }) => !/^\d+,\d+,/.test(text) && at <= query.now)).toBe(true);
    expect((await read(query)).length).toBeLessThan(lines.length);
  },
);
