import { chmod, copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { OpsError } from '../../src/errors.ts';
import { parseInstances } from '../../src/probes/gpu-instances.ts';
import { parseCells, parseProcesses, toReading } from '../../src/probes/gpu-reading.ts';
import { queryGpus } from '../../src/probes/nvidia-smi.ts';
import { runProgram } from '../../src/probes/run.ts';
import { corpus } from '../../tools/corpus/evaluate.ts';
import { corpusText } from '../support/corpus.ts';

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
  'temperature.gpu.tlimit': '34',
  'ecc.errors.uncorrected.volatile.total': '0',
  'remapped_rows.pending': '1',
  'remapped_rows.failure': 'No',
  'mig.mode.current': '[N/A]',
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
      temperatureMarginCelsius: 34,
      powerWatts: undefined,
      powerLimitWatts: undefined,
      eccCorrected: undefined,
      eccUncorrected: 0,
      remapPending: true,
      remapFailed: false,
      mig: undefined,
      throttle: {
        hwSlowdown: undefined,
        hwThermal: false,
        swThermal: true,
        powerBrake: undefined,
        swPowerCap: undefined,
      },
    });
  });

  test('a driver that lacks a field is asked only for the fields it has', async () => {
    const { 'temperature.memory': _, ...older } = card;
    const [gpu] = await queryGpus({ command: await fakeSmi(older), timeoutMs: 5000 });
    expect(gpu?.temperatureCelsius).toBe(71);
    expect(gpu?.memoryTemperatureCelsius).toBeUndefined();
  });

  test.each([
    '[N/A]',
    'N/A',
    '[Not Supported]',
    '[Unknown Error]',
    '[GPU is lost]',
    '[Requested functionality has been deprecated]',
    '[Insufficient Permissions]',
    'ERR!',
    '',
    'garbage',
    '0x10',
    '1e3',
  ])('the cell %j is unknown', async (cell) => {
    const [gpu] = await queryGpus({ command: await fakeSmi({ ...card, 'memory.used': cell }), timeoutMs: 5000 });
    expect(gpu?.uuid).toBe('GPU-1');
    expect(gpu?.memoryUsedBytes).toBeUndefined();
  });

  test.each([
    ['39.17 W', 39.17],
    ['0', 0],
    ['211 MiB', 211],
  ])('the cell %j is a number', async (cell, expected) => {
    const [gpu] = await queryGpus({ command: await fakeSmi({ ...card, 'power.draw': cell }), timeoutMs: 5000 });
    expect(gpu?.powerWatts).toBe(expected);
  });

  test('asks for the fields again after the driver was upgraded', async () => {
    const command = await fakeSmi(card);
    const ask = async () => (await queryGpus({ command, timeoutMs: 5000 }))[0];
    expect((await ask())?.powerLimitWatts).toBeUndefined();
    const upgraded = { ...card, driver_version: '580.10', 'enforced.power.limit': '250.00' };
    await copyFile(await fakeSmi(upgraded), command);
    expect((await ask())?.driverVersion).toBe('580.10');
    expect((await ask())?.powerLimitWatts).toBe(250);
  });

  test('recovers from a driver that no longer knows a field', async () => {
    const command = await fakeSmi(card);
    const ask = () => queryGpus({ command, timeoutMs: 5000 });
    await ask();
    const { 'temperature.memory': _, ...newer } = card;
    await copyFile(await fakeSmi(newer), command);
    await expect(ask()).rejects.toThrow('temperature.memory');
    expect(await ask()).toHaveLength(1);
  });

  test('gives the rows of the good cards beside the message about a lost one', async () => {
    const lost = 'Unable to determine the device handle for GPU 0000:05:00.0: GPU is lost.';
    const command = await fakeSmi(card, `[ "$1" = --help-query-gpu ] || { echo "${lost}"; trap 'exit 15' EXIT; }`);
    expect(await queryGpus({ command, timeoutMs: 5000 })).toHaveLength(1);
  });

  test('never starts a second one beside one that hangs', async () => {
    const command = await fakeSmi(
      card,
      'echo x >>"$0.starts"; [ -f "$0.healed" ] || while [ ! -f "$0.end" ]; do sleep 0.05; done',
    );
    // A shell in a session of its own keeps the pipes, as a driver call keeps a process that no signal ends.
    const script = await readFile(command, 'utf8');
    await writeFile(
      command,
      script.replace('#!/bin/sh', `#!/bin/sh\n[ "$2" = inner ] || { setsid sh "$0" "$1" inner; exit; }`),
    );
    const ask = () => faultOf(command, 200);
    expect(await ask()).toBe('hung');
    expect(await ask()).toBe('hung');
    expect(await readFile(`${command}.starts`, 'utf8')).toBe('x\n');
    await writeFile(`${command}.healed`, '');
    await writeFile(`${command}.end`, '');
    await expect.poll(() => queryGpus({ command, timeoutMs: 5000 }), { timeout: 5000 }).toHaveLength(1);
  });

  test.each([
    ['driver-mismatch', 'echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18'],
    [
      'driver-not-loaded',
      'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver."; exit 9',
    ],
    ['gpu-lost', 'exit 15'],
    ['no-device', 'echo "No devices were found"; exit 6'],
    [
      'driver-not-loaded',
      'echo "Unable to determine the device handle for GPU0: 0000:01:00.0: Unknown Error"; echo "No devices were found"; exit 6',
    ],
    ['container-lost-gpu', 'echo "Failed to initialize NVML: Unknown Error"; exit 255'],
    ['permission', 'exit 4'],
    ['power', 'exit 8'],
    ['nvml-missing', 'exit 12'],
    ['nvml-missing', 'exit 13'],
    ['inforom-corrupt', 'exit 14'],
    ['bad-query', 'exit 2'],
    ['failed', 'echo garbage; exit 0'],
    ['failed', 'exit 255'],
    ['hung', 'sleep 2'],
  ])('names the fault %s', async (fault, ending) => {
    expect(await faultOf(await fakeSmi(card, ending), fault === 'hung' ? 300 : 5000)).toBe(fault);
  });

  test.each([
    ['nvidia-smi-0015', 'gpu-lost'],
    ['nvidia-smi-0019', 'driver-not-loaded'],
  ])('names the fault of the real text %s', async (id, fault) => {
    const text = corpusText(id);
    expect(await faultOf(await fakeSmi(card, `cat <<'END'\n${text}\nEND\nexit 255`))).toBe(fault);
  });

  test('reads the real row nvidia-smi-0010: three ways to say nothing, and units in the cells', () => {
    const [header = '', ...rows] = corpusText('nvidia-smi-0010').split('\n');
    const fields = header.split(', ').map((field) => field.replace(/ \[.*/, ''));
    expect(parseCells(rows.join('\n'), fields).map(toReading)).toMatchObject([
      {
        name: 'NVIDIA GeForce RTX 2080 SUPER',
        driverVersion: '610.57.04',
        memoryUsedBytes: 211 * 1024 ** 2,
        memoryTotalBytes: 8192 * 1024 ** 2,
        utilizationRatio: 0,
        temperatureCelsius: 33,
        memoryTemperatureCelsius: undefined,
        powerWatts: 39.17,
        mig: undefined,
      },
    ]);
  });

  test('reads the real processes nvidia-smi-0011', () => {
    const [, ...rows] = corpusText('nvidia-smi-0011').split('\n');
    // The columns that are asked for are the last four of that capture.
    const asked = rows.map((row) => row.split(', ').slice(4).join(', '));
    expect(parseProcesses(asked.join('\n')).map(({ pid, memoryBytes }) => [pid, memoryBytes])).toEqual([
      [28_512, 370 * 1024 ** 2],
      [28_511, 230 * 1024 ** 2],
    ]);
  });

  test.each(corpus().filter(({ kind, label }) => kind === 'nvidia-smi' && label !== 'gpu-lost-xid'))(
    'takes the real output $id ($label) for no reading: it is not the table that was asked for',
    async ({ text }) => {
      const fault = await faultOf(
        await fakeSmi(card, `[ "$1" = --help-query-gpu ] || { cat <<'END'\n${text}\nEND\nexit; }`),
      );
      expect(['failed', 'driver-not-loaded']).toContain(fault);
    },
  );

  test('reads processes whose names have commas', () => {
    const csv = 'GPU-1, 28512, ffmpeg, 370 MiB\nGPU-1, 7, a, b, c, [N/A]\nNo running processes found\n';
    expect(parseProcesses(csv)).toEqual([
      { uuid: 'GPU-1', pid: 28512, name: 'ffmpeg', memoryBytes: 370 * 1024 * 1024 },
      { uuid: 'GPU-1', pid: 7, name: 'a, b, c', memoryBytes: undefined },
    ]);
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

test('what a program has started is killed with it', async () => {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'run-')), 'pid');
  const script = `sleep 60 & echo $! >${file}; wait`;
  await expect(runProgram('sh', ['-c', script], { timeoutMs: 300 })).rejects.toThrow('no answer within 300 ms');
  const pid = (await readFile(file, 'utf8')).trim();
  await expect.poll(() => stateOf(pid)).toMatch(/gone|Z/);
});

const stateOf = (pid: string): Promise<string> =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    (stat) => stat.split(') ')[1]?.[0] ?? '',
    () => 'gone',
  );

test('a program that talks without end is ended, and what was kept of it is its result', async () => {
  const { stdout } = await runProgram('yes', [], { timeoutMs: 10_000, maxChars: 1000 });
  expect(stdout).toHaveLength(999);
});

test('the instances of a divided GPU are read out of the report in XML, each under its own GPU', () => {
  const memory = (used: string) =>
    `<fb_memory_usage>
      <total>9856 MiB</total>
      <reserved>0 MiB</reserved>
      <used>${used}</used>
    </fb_memory_usage>`;
  const report = `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
  <attached_gpus>2</attached_gpus>
  <gpu id="00000000:01:00.0">
    <mig_mode><current_mig>Enabled</current_mig></mig_mode>
    <mig_devices>
      <mig_device>
        <index>0</index>
        <uuid>MIG-x</uuid>
        <gpu_instance_id>1</gpu_instance_id>
        ${memory('13 MiB')}
        <bar1_memory_usage><total>16383 MiB</total><used>2 MiB</used></bar1_memory_usage>
      </mig_device>
      <mig_device><index>1</index>${memory('[N/A]')}</mig_device>
    </mig_devices>
    <uuid>GPU-a</uuid>
    ${memory('[Insufficient Permissions]')}
  </gpu>
  <gpu id="00000000:02:00.0"><mig_devices>None</mig_devices><uuid>GPU-b</uuid>${memory('5 MiB')}</gpu>
</nvidia_smi_log>`;
  expect(parseInstances(report)).toEqual([
    { gpu: 'GPU-a', index: '0', memoryUsedBytes: 13 * 1024 ** 2, memoryTotalBytes: 9856 * 1024 ** 2 },
  ]);
  expect(parseInstances('Failed to initialize NVML')).toEqual([]);
});
