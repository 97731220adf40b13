import { type Cause, says, xid } from '../cause.ts';
import { csvRows } from '../smi.ts';

const lost = new RegExp(
  [
    xid(61, 62, 79, 110, 119, 120, 143, 154, 158, 167),
    String.raw`fallen off the bus|GPU(?: is |_IS_)lost|NV_ERR_RESET_REQUIRED|GPU lost from the bus|device lost from bus|for critical error (?:79|119|120)\b`,
    String.raw`GSP RM heartbeat timed out|GSP-CrashCat|Heartbeat timed out, currentTimeMs|\brpcSendMessage failed with status|\b(?:nvidia|amdgpu|xe) [\da-f:.]{7,16}: AER: can't recover`,
    String.raw`GPU requires reset|Reset Required\s*: Yes|GPU Recovery Action\s*: (?:Reset|Reboot|Drain)`,
    // AMD's and Intel's
    String.raw`\bdevice wedged\b(?!, but recovered)|declared device \S{1,40} as wedged|GPU Recovery Failed|GPU reset\(\d{1,6}\) failed`,
  ].join('|'),
  'i',
);
/** A row of the table without temperature, performance or MIG state; the power alone is missing on healthy cards. */
const unreadable =
  /^\|?\s*(?:ERR!|\d+%|N\/A)\s+(?:ERR!\s+\S+|\S+\s+ERR!)\s+\S+ \/ |^\|\s*\|\s*\|\s*ERR! \||^\s*ERR! \|$/;
const noHandle = /Unable to determine the device handle/i;
/** Beside this the driver found no card at all. */
const none = /No devices were found/i;

export default {
  step: 5,
  weight: 'root',
  title: { en: 'A GPU is gone', zh: 'GPU 掉卡' },
  explanation: {
    en: 'The GPU does not answer the machine any more: heat, power, or firmware. Only a reset or a reboot brings it back.',
    zh: 'GPU 不再响应主机:过热、供电或固件问题。只有复位或重启才能恢复。',
  },
  reads: ['nvidia-smi', 'dmesg'],
  match: (records) => [
    ...records.filter((record) => says(record, lost) || says(record, unreadable)),
    ...csvRows(records, /^gpu_recovery_action$/, (value) => /^(?:Reset|Reboot|Drain)/.test(value)),
    ...(records.some((record) => says(record, none)) ? [] : records.filter((record) => says(record, noHandle))),
  ],
  beats: [
    'gpu-oom',
    'cuda-error',
    'runner-crash-segv',
    'panic',
    'driver-not-loaded',
    'gpu-not-detected',
    'cpu-offload-slow',
    'gpu-ecc-xid',
    'service-down',
    'ollama-slow',
    'client-abort',
    'upstream-timeout',
    'runner-hang',
    'gpu-hang-watchdog',
    'service-stopped',
    'reload-thrash',
  ],
  fix: [
    'reboot',
    'nvidia-smi -lgc 0,1200   # test with capped clocks if it comes again',
    'Reseat the card and its power cables; update the BIOS.',
  ],
  confirm: ["journalctl -k | grep -E 'Xid|fallen off' | tail", 'lspci | grep -i nvidia'],
  example: { kind: 'dmesg', text: 'NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.' },
} satisfies Cause;
