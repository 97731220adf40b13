import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gpuInfo } from '../../src/catalogue/gpu.ts';
import { watchMetrics } from '../../src/catalogue/index.ts';
import { type CheckContext, sampleOf } from '../../src/check.ts';
import gpu from '../../src/checks/gpu.ts';
import { createGpuSimulator, type GpuSimulator } from '../../src/demo/gpu-simulator.ts';
import { OpsError } from '../../src/errors.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { temporaryFolder } from '../support/ops.ts';
import { runCheck, valuesOf } from './support/context.ts';

const mebibyte = 1024 ** 2;
const simulator = (): Promise<GpuSimulator> => createGpuSimulator(temporaryFolder('gpu'));

async function faultOf(run: Promise<unknown>): Promise<OpsError> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof OpsError) return error;
  throw new Error(`an OpsError was expected, not ${String(error)}`);
}

describe('the GPU check', () => {
  test('measures every GPU in base units', async () => {
    const { command, set } = await simulator();
    await set([
      { uuid: 'GPU-a', memoryUsed: 20_000, memoryTotal: 24_576, utilization: 35, temperature: 84, power: 301.5 },
      { uuid: 'GPU-b', memoryUsed: 0, utilization: 0, thermalSlowdown: true },
    ]);
    const samples = await runCheck(gpu, { command });
    const of = (name: string, uuid: string, more = {}) => valuesOf(samples, name, { uuid, ...more });
    expect(valuesOf(samples, 'ops_gpus_visible')).toEqual([2]);
    expect(of('ops_gpu_memory_used_bytes', 'GPU-a')).toEqual([20_000 * mebibyte]);
    expect(of('ops_gpu_memory_total_bytes', 'GPU-a')).toEqual([24_576 * mebibyte]);
    expect(of('ops_gpu_utilization_ratio', 'GPU-a')).toEqual([0.35]);
    expect(of('ops_gpu_temperature_celsius', 'GPU-a', { sensor: 'core' })).toEqual([84]);
    expect(of('ops_gpu_power_draw_watts', 'GPU-a')).toEqual([301.5]);
    // A true zero is a measurement.
    expect(of('ops_gpu_memory_used_bytes', 'GPU-b')).toEqual([0]);
    expect(of('ops_gpu_utilization_ratio', 'GPU-b')).toEqual([0]);
    expect(of('ops_gpu_clocks_event_active', 'GPU-b', { reason: 'hw_thermal_slowdown' })).toEqual([1]);
    expect(of('ops_gpu_clocks_event_active', 'GPU-a', { reason: 'hw_thermal_slowdown' })).toEqual([0]);
    expect(of('ops_gpu_info', 'GPU-b', { index: '1', driver_version: '550.54.15' })).toEqual([1]);
  });

  test('leaves out what the driver does not say: it is not zero', async () => {
    const { command, set } = await simulator();
    await set([
      { uuid: 'GPU-a', memoryUsed: '[N/A]', utilization: '[Unknown Error]', power: '[Not Supported]' },
      { uuid: 'GPU-b', temperature: '[GPU is lost]' },
    ]);
    const samples = await runCheck(gpu, { command });
    expect(valuesOf(samples, 'ops_gpus_visible')).toEqual([2]);
    for (const name of ['ops_gpu_memory_used_bytes', 'ops_gpu_utilization_ratio', 'ops_gpu_power_draw_watts']) {
      expect(valuesOf(samples, name, { uuid: 'GPU-a' }), name).toEqual([]);
      expect(valuesOf(samples, name, { uuid: 'GPU-b' }), name).toHaveLength(1);
    }
    expect(valuesOf(samples, 'ops_gpu_temperature_celsius', { uuid: 'GPU-b' })).toEqual([]);
    expect(valuesOf(samples, 'ops_gpu_temperature_celsius', { sensor: 'memory' })).toEqual([]);
    expect(samples.every(({ value }) => Number.isFinite(value))).toBe(true);
  });

  test('measures what wears a card out, and who holds its memory', async () => {
    const { command, set } = await simulator();
    const processes = [
      { pid: 11, name: '/usr/lib/ollama/cuda_v12/llama-server', memory: 9000 },
      { pid: 12, name: '/usr/bin/ollama', memory: 500 },
      { pid: 13, name: 'python3', memory: 300 },
      { pid: 14, name: 'python3', memory: 200 },
      { pid: 15, name: 'a, b', memory: '[N/A]' },
    ];
    await set([
      { uuid: 'GPU-a', margin: -3, powerLimit: 250, eccUncorrected: 2, remapPending: 'Yes', processes },
      { uuid: 'GPU-b', mig: 'Enabled', utilization: '[N/A]' },
    ]);
    const samples = await runCheck(gpu, { command });
    const of = (name: string, labels: Record<string, string>) => valuesOf(samples, name, labels);
    expect(of('ops_gpu_temperature_margin_celsius', { uuid: 'GPU-a' })).toEqual([-3]);
    expect(of('ops_gpu_temperature_margin_celsius', { uuid: 'GPU-b' })).toEqual([]);
    expect(of('ops_gpu_power_limit_watts', { uuid: 'GPU-a' })).toEqual([250]);
    expect(of('ops_gpu_ecc_errors_total', { uuid: 'GPU-a', severity: 'uncorrected' })).toEqual([2]);
    expect(of('ops_gpu_remapped_rows_state', { uuid: 'GPU-a', state: 'pending' })).toEqual([1]);
    expect(of('ops_gpu_remapped_rows_state', { uuid: 'GPU-a', state: 'failure' })).toEqual([0]);
    expect(of('ops_gpu_mig_enabled', { uuid: 'GPU-b' })).toEqual([1]);
    expect(of('ops_gpu_mig_enabled', { uuid: 'GPU-a' })).toEqual([]);
    expect(of('ops_gpu_utilization_ratio', { uuid: 'GPU-b' })).toEqual([]);
    expect(of('ops_gpu_process_memory_bytes', { uuid: 'GPU-a', process: 'ollama' })).toEqual([9500 * mebibyte]);
    expect(of('ops_gpu_process_memory_bytes', { uuid: 'GPU-a', process: 'python3' })).toEqual([500 * mebibyte]);
    expect(of('ops_gpu_process_memory_bytes', {})).toHaveLength(2);
  });

  test('measures the memory of each instance of a GPU that is divided, and not twice', async () => {
    const { command, set } = await simulator();
    const instances = [
      { used: 19_000, total: 20_096 },
      { used: 3, total: 9856 },
      { used: '[N/A]', total: 9856 },
    ];
    await set([
      { uuid: 'GPU-a', mig: 'Enabled', memoryUsed: 19_003, memoryTotal: 40_960, instances },
      { uuid: 'GPU-b', mig: 'Disabled', memoryUsed: 100 },
    ]);
    const samples = await runCheck(gpu, { command });
    const used = samples.filter(({ name }) => name === 'ops_gpu_memory_used_bytes');
    expect(used.map(({ labels, value }) => [labels['uuid'], value / mebibyte])).toEqual([
      ['GPU-b', 100],
      ['GPU-a MIG 0', 19_000],
      ['GPU-a MIG 1', 3],
    ]);
    expect(valuesOf(samples, 'ops_gpu_memory_total_bytes', { uuid: 'GPU-a MIG 0' })).toEqual([20_096 * mebibyte]);
    expect(valuesOf(samples, 'ops_gpus_visible', {})).toEqual([2]);
  });

  test('asks who holds memory when it has changed, and else once a minute', async () => {
    const { command, set } = await simulator();
    const clock = new ManualClock('2026-11-25T12:00:00');
    const held = async () => valuesOf(await runCheck(gpu, { command }, {}, { clock }), 'ops_gpu_process_memory_bytes');
    const card = (memoryUsed: number, memory: number) => [
      { uuid: 'GPU-h', memoryUsed, processes: [{ pid: 1, name: 'python3', memory }] },
    ];
    await set(card(1000, 900));
    expect(await held()).toEqual([900 * mebibyte]);
    await set(card(1000, 800));
    clock.pass(15_000);
    expect(await held()).toEqual([900 * mebibyte]);
    clock.pass(45_000);
    expect(await held()).toEqual([800 * mebibyte]);
    await set(card(1200, 1100));
    expect(await held()).toEqual([1100 * mebibyte]);
  });

  test('measures the rest when the processes cannot be asked', async () => {
    const { command, set } = await simulator();
    await set([{ uuid: 'GPU-a' }], 'apps-refused');
    const samples = await runCheck(gpu, { command });
    expect(valuesOf(samples, 'ops_gpu_memory_used_bytes')).toHaveLength(1);
    expect(valuesOf(samples, 'ops_gpu_process_memory_bytes')).toEqual([]);
  });

  test('remembers a GPU that has vanished, and gives no values of it', async () => {
    const { command, set } = await simulator();
    await set([{ uuid: 'GPU-a' }, { uuid: 'GPU-b' }]);
    await runCheck(gpu, { command });
    await set([{ uuid: 'GPU-a' }]);
    const samples = await runCheck(gpu, { command });
    expect(valuesOf(samples, 'ops_gpus_visible')).toEqual([1]);
    expect(valuesOf(samples, 'ops_gpus_expected')).toEqual([2]);
    expect(samples.filter(({ labels }) => labels['uuid'] === 'GPU-b')).toEqual([]);
  });

  test('knows of a GPU that vanished before this watch was started, for a day', async () => {
    const clock = new ManualClock('2026-11-25T12:00:00');
    const listed = (uuid: string, at: number) =>
      sampleOf(gpuInfo, { uuid, index: '', name: '', driver_version: '' }, 1, at);
    const before = [listed('GPU-a', clock.now() - 60_000), listed('GPU-b', clock.now() - 80_000_000)];
    const old = listed('GPU-c', clock.now() - 90_000_000);
    const stored: CheckContext['stored'] = ({ name }, since) =>
      [...before, old].filter((sample) => sample.name === name && sample.at > since);
    const { command, set } = await simulator();
    await set([{ uuid: 'GPU-a' }]);
    const samples = await runCheck(gpu, { command }, {}, { clock, stored });
    expect(valuesOf(samples, 'ops_gpus_expected')).toEqual([2]);
    expect(valuesOf(samples, 'ops_gpus_visible')).toEqual([1]);
    // One of them was replaced.
    const replaced = await simulator();
    await replaced.set([{ uuid: 'GPU-a' }, { uuid: 'GPU-new' }]);
    const after = await runCheck(gpu, { command: replaced.command }, {}, { clock, stored });
    expect(valuesOf(after, 'ops_gpus_expected')).toEqual([2]);
  });

  test('no GPU at all is a measurement where some should be, and a failure elsewhere', async () => {
    const { command, set } = await simulator();
    await set([], 'no-device');
    expect((await faultOf(runCheck(gpu, { command }))).values['gpu_fault']).toBe('no-device');
    const samples = await runCheck(gpu, { command, expected: 2 });
    expect(samples.map(({ name, value }) => [name, value])).toEqual([
      ['ops_gpus_visible', 0],
      ['ops_gpus_expected', 2],
    ]);
  });

  test('gives samples of the catalogue only, with their labels and none else', async () => {
    const { command } = await simulator();
    for (const { name, labels } of await runCheck(gpu, { command })) {
      const metric = watchMetrics.find((one) => one.name === name);
      expect(Object.keys(labels).sort(), name).toEqual(Object.keys(metric?.labels ?? { missing: 1 }).sort());
    }
  });

  test.each([
    ['driver-mismatch', 'driver-mismatch', 'Driver/library version mismatch'],
    ['lost', 'gpu-lost', 'GPU is lost'],
  ] as const)('fails with the fault of %s and its words', async (fault, expected, words) => {
    const { command, set } = await simulator();
    await set([{}], fault);
    const error = await faultOf(runCheck(gpu, { command }));
    expect(error.code).toBe('probe_failed');
    expect(error.values['gpu_fault']).toBe(expected);
    expect(error.message).toContain(words);
  });

  test('fails when the driver hangs, before its own deadline, and works again afterwards', async () => {
    const { command, set } = await simulator();
    await set([{}], 'hang');
    const error = await faultOf(runCheck(gpu, { command, timeout: '1s' }));
    expect(error.values['gpu_fault']).toBe('hung');
    expect(error.message).toContain('no answer within 240 ms');
    await set([{}]);
    expect(valuesOf(await runCheck(gpu, { command }), 'ops_gpus_visible')).toEqual([1]);
  });

  test('fails when a GPU is lost after a good reading', async () => {
    const { command, set } = await simulator();
    expect(await runCheck(gpu, { command })).not.toEqual([]);
    await set([{}], 'lost');
    expect((await faultOf(runCheck(gpu, { command }))).values['gpu_fault']).toBe('gpu-lost');
  });

  test('says so when the program is not there', async () => {
    const error = await faultOf(runCheck(gpu, { command: join(temporaryFolder('gpu'), 'nvidia-smi') }));
    expect(error.values['gpu_fault']).toBe('not-installed');
    expect(error.message).toContain('is not installed or not on PATH');
  });
});
