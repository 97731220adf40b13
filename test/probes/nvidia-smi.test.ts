import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { OpsError } from '../../src/errors.ts';
import { queryGpus } from '../../src/probes/nvidia-smi.ts';
import { runProgram } from '../../src/probes/run.ts';

/** Writes a program that behaves like nvidia-smi: it knows some fields and refuses every query that names another. */
async function fakeSmi(cells: Record<string, string>, ending = ''): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'smi-')), 'nvidia-smi');
  const help = Object.keys(cells)
    .map((field) => `"${field}"`)
    .join('\\n');
  const answers = Object.entries(cells)
    .map(([field, value]) => `    ${field}) value='${value}';;`)
    .join('\n');
  const script = `#!/bin/sh
${ending}
case "$1" in
--help-query-gpu) printf '${help}\\n';;
--query-gpu=*)
  fields=$(echo "$1" | cut -d= -f2 | tr ',' ' '); line=''
  for field in $fields; do
    case "$field" in
${answers}
    *) echo "Field \\"$field\\" is not a valid field to query."; exit 2;;
    esac
    line="$line\${line:+, }$value"
  done
  echo "$line";;
esac
`;
  await writeFile(file, script);
  await chmod(file, 0o755);
  return file;
}

const card = {
  index: '0',
  uuid: 'GPU-1',
  name: 'NVIDIA A10',
  driver_version: '550.54',
  'memory.used': '20480',
  'memory.total': '23028',
  'utilization.gpu': '97',
  'temperature.gpu': '71',
  'temperature.memory': '[N/A]',
  'power.draw': 'ERR!',
  'clocks_throttle_reasons.hw_thermal_slowdown': 'Not Active',
  'clocks_throttle_reasons.sw_thermal_slowdown': 'Active',
  'clocks_throttle_reasons.hw_power_brake_slowdown': '[Not Supported]',
};

async function faultOf(command: string, timeoutMs = 3000): Promise<unknown> {
  const thrown = await queryGpus({ command, timeoutMs }).catch((reason: unknown) => reason);
  return thrown instanceof OpsError ? thrown.values['gpu_fault'] : thrown;
}

describe('nvidia-smi', () => {
  test('reads a card, and keeps cells without a number unknown', async () => {
    const [gpu] = await queryGpus({ command: await fakeSmi(card), timeoutMs: 5000 });
    expect(gpu).toEqual({
      index: 0,
      uuid: 'GPU-1',
      name: 'NVIDIA A10',
      driverVersion: '550.54',
      memoryUsedBytes: 20480 * 1024 * 1024,
      memoryTotalBytes: 23028 * 1024 * 1024,
      utilizationRatio: 0.97,
      temperatureCelsius: 71,
      memoryTemperatureCelsius: undefined,
      powerWatts: undefined,
      throttle: { hwThermal: false, swThermal: true, powerBrake: undefined, swPowerCap: undefined },
    });
  });

  test('a driver that lacks a field is asked only for the fields it has', async () => {
    const { 'temperature.memory': _, ...older } = card;
    const [gpu] = await queryGpus({ command: await fakeSmi(older), timeoutMs: 5000 });
    expect(gpu?.temperatureCelsius).toBe(71);
    expect(gpu?.memoryTemperatureCelsius).toBeUndefined();
  });

  test.each([
    ['driver-mismatch', 'echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18'],
    [
      'driver-not-loaded',
      'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver."; exit 9',
    ],
    ['gpu-lost', 'exit 15'],
    ['no-device', 'echo "No devices were found"; exit 6'],
    ['hung', 'sleep 30'],
  ])('names the fault %s', async (fault, ending) => {
    expect(await faultOf(await fakeSmi(card, ending), fault === 'hung' ? 300 : 5000)).toBe(fault);
  });

  test('a program that is not there is a fault of its own', async () => {
    expect(await faultOf('/nonexistent/nvidia-smi')).toBe('not-installed');
  });
});

test('a program that cannot be started is a sentence naming it', async () => {
  await expect(runProgram('no-such-program', [], { timeoutMs: 1000 })).rejects.toThrow(
    'no-such-program is not installed or not on PATH',
  );
});
