// The simulated nvidia-smi, a program of its own: it imports types only, because checks start it several times a minute.
import { readFileSync } from 'node:fs';
import type { GpuFault, SimulatedGpu } from './gpu-simulator.ts';

const state: { fault: GpuFault; gpus: SimulatedGpu[] } = JSON.parse(
  readFileSync(process.env['OPS_GPU_STATE'] ?? 'gpu.json', 'utf8'),
);
const { fault, gpus } = state;
const driver = '550.54.15';

type Cell = readonly [value: number | string, unit?: string];

/** What each field of --query-gpu says, with its unit. */
const fields: Readonly<Record<string, (gpu: SimulatedGpu, at: number) => Cell>> = {
  index: (_, at) => [at],
  uuid: (gpu, at) => [gpu.uuid ?? `GPU-00000000-0000-0000-0000-00000000000${at}`],
  name: (gpu) => [gpu.name ?? 'NVIDIA Simulated 24GB'],
  driver_version: () => [driver],
  'memory.used': (gpu) => [gpu.memoryUsed ?? 8192, 'MiB'],
  'memory.total': (gpu) => [gpu.memoryTotal ?? 24576, 'MiB'],
  'utilization.gpu': (gpu) => [gpu.utilization ?? 35, '%'],
  'temperature.gpu': (gpu) => [gpu.temperature ?? 61],
  'temperature.memory': () => ['[N/A]'],
  'power.draw': (gpu) => [gpu.power ?? 142.5, 'W'],
  'temperature.gpu.tlimit': (gpu) => [gpu.margin ?? '[N/A]'],
  'enforced.power.limit': (gpu) => [gpu.powerLimit ?? 300, 'W'],
  'ecc.errors.corrected.volatile.total': () => [0],
  'ecc.errors.uncorrected.volatile.total': (gpu) => [gpu.eccUncorrected ?? 0],
  'remapped_rows.pending': (gpu) => [gpu.remapPending ?? 'No'],
  'remapped_rows.failure': () => ['No'],
  'mig.mode.current': (gpu) => [gpu.mig ?? '[N/A]'],
  'clocks_event_reasons.hw_slowdown': (gpu) => [gpu.thermalSlowdown ? 'Active' : 'Not Active'],
  'clocks_event_reasons.hw_thermal_slowdown': (gpu) => [gpu.thermalSlowdown ? 'Active' : 'Not Active'],
  'clocks_event_reasons.sw_thermal_slowdown': () => ['Not Active'],
  'clocks_event_reasons.hw_power_brake_slowdown': () => ['Not Active'],
  'clocks_event_reasons.sw_power_cap': () => ['Not Active'],
};

const say = (text: string): unknown => process.stdout.write(`${text}\n`);
const words = process.argv.slice(2);
const option = (name: string): string | undefined =>
  words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

if (fault === 'hang') setInterval(() => undefined, 1 << 30);
else if (fault === 'driver-mismatch') fail(18, 'Failed to initialize NVML: Driver/library version mismatch');
else if (words.includes('--help-query-gpu')) help();
else if (fault === 'lost') {
  fail(
    15,
    'Unable to determine the device handle for GPU0000:01:00.0: GPU is lost.  Reboot the system to recover this GPU',
  );
} else if (fault === 'no-device') fail(6, 'No devices were found');
else if (option('--query-compute-apps')) processes();
else if (option('--query-gpu')) query((option('--query-gpu') ?? '').split(','), option('--format') ?? 'csv');
else if (words.includes('-x')) report();
else if (words.includes('-q')) details();
else table();

/** What watch reads of `-q -x`: the instances. */
function report(): void {
  const memory = ({ used, total }: { used: number | string; total: number | string }): string =>
    `<fb_memory_usage><total>${total} MiB</total><reserved>0 MiB</reserved><used>${used} MiB</used></fb_memory_usage>`;
  const bodies = gpus.map((gpu, at) => {
    const devices = (gpu.instances ?? []).map(
      (one, index) =>
        `<mig_device><index>${index}</index><gpu_instance_id>${index + 1}</gpu_instance_id>${memory(one)}</mig_device>`,
    );
    return `<gpu id="0"><uuid>${fieldOf('uuid', gpu, at)[0]}</uuid><mig_devices>${devices.join('')}</mig_devices></gpu>`;
  });
  say(`<?xml version="1.0" ?>\n<nvidia_smi_log>${bodies.join('')}</nvidia_smi_log>`);
}

function fieldOf(name: string, gpu: SimulatedGpu, at: number): Cell {
  return fields[name]?.(gpu, at) ?? ['[Unknown Error]'];
}

function fail(code: number, text: string): void {
  say(text);
  process.exitCode = code;
}

function help(): void {
  say('List of valid properties to query for the switch "--query-gpu=":\n');
  for (const name of Object.keys(fields)) say(`"${name}"\nSimulated.\n`);
}

function query(names: readonly string[], format: string): void {
  const unknown = names.find((name) => !(name in fields));
  if (unknown !== undefined) {
    fail(2, `Field "${unknown}" is not a valid field to query.\n`);
    return;
  }
  const bare = format.includes('nounits');
  const cell = ([value, unit]: Cell): string =>
    unit && !bare && typeof value === 'number' ? `${value} ${unit}` : String(value);
  if (!format.includes('noheader')) say(names.join(', '));
  gpus.forEach((gpu, at) => {
    say(names.map((name) => cell(fieldOf(name, gpu, at))).join(', '));
  });
}

/** Answers the one question about processes that is asked: gpu_uuid, pid, process_name, used_gpu_memory. */
function processes(): void {
  if (fault === 'apps-refused') {
    fail(6, 'Failed to query processes');
    return;
  }
  gpus.forEach((gpu, at) => {
    for (const { pid, name, memory } of gpu.processes ?? []) {
      say(`${fieldOf('uuid', gpu, at)[0]}, ${pid}, ${name}, ${memory}`);
    }
  });
}

function details(): void {
  say(`\n==============NVSMI LOG==============\n\nDriver Version                            : ${driver}`);
  say(`Attached GPUs                             : ${gpus.length}`);
  gpus.forEach((gpu, at) => {
    say(`GPU 00000000:0${at + 1}:00.0\n    Temperature`);
    say(`        GPU Current Temp                  : ${fieldOf('temperature.gpu', gpu, at)[0]} C`);
    say('        GPU Shutdown Temp                 : 98 C\n        GPU Slowdown Temp                 : 95 C');
    say('        GPU Max Operating Temp            : 93 C\n        GPU Target Temperature            : 83 C');
  });
}

function table(): void {
  const line = `+${'-'.repeat(89)}+`;
  const row = (text: string) => say(`| ${text.padEnd(88)}|`);
  say(line);
  row(`NVIDIA-SMI ${driver}    Driver Version: ${driver}    CUDA Version: 12.4`);
  say(line);
  gpus.forEach((gpu, at) => {
    const [used, total, temperature] = ['memory.used', 'memory.total', 'temperature.gpu'].map(
      (name) => fieldOf(name, gpu, at)[0],
    );
    const [load] = fieldOf('utilization.gpu', gpu, at);
    row(`${at}  ${fieldOf('name', gpu, at)[0]}   ${temperature}C   ${used}MiB / ${total}MiB   ${load}%   Default`);
  });
  say(line);
}
