import { type Cause, says } from '../cause.ts';
import { victimOf } from '../oom-victim.ts';

/** The kernel, about work that waits for memory or a disk. */
const stalled = new RegExp(
  [
    String.raw`task \S{1,40} blocked (?:in I/O wait )?for more than \d+|hung_task_timeout_secs" disables this message`,
    String.raw`page allocation stalls? for \d+ ?ms|\bkswapd\d*\b.{0,60}(?:stall|blocked)`,
    String.raw`\bI/O (?:\d+ )?.{0,40}timeout, (?:aborting|reset controller|completion polled)|task abort: (?:FAILED|SUCCESS)|nvme\d{0,3}: queue \d+: timeout|no usable path - requeuing I/O|nvme\d{0,3}: controller is down; will reset`,
    // Full and lasting waits, as /proc/pressure and systemd-oomd give them.
    String.raw`memory pressure for .{1,200} being \d+(?:\.\d+)?% > \d+`,
  ].join('|'),
);

/** Over where the kernel then killed something. */
const pressed = /Under memory pressure, flushing caches/;

export default {
  step: 3,
  nearest: true,
  weight: 'symptom',
  title: { en: 'The machine waits for its disk or for memory', zh: '主机在等待磁盘或内存' },
  explanation: {
    en: 'Programs stand still because memory is swapped to disk, or the disk itself is slow or failing. Ollama loads and answers at the speed of that disk.',
    zh: '内存被换出到磁盘,或磁盘本身过慢、故障,程序停顿。Ollama 的加载和应答速度受其拖累。',
  },
  reads: ['dmesg', 'incident'],
  match(records) {
    const killed = records.some(({ message }) => victimOf(message) !== undefined);
    return records.filter((record) =>
      record.kind === 'incident'
        ? / HostSwapping /.test(record.message)
        : (says(record, stalled) && victimOf(record.message) === undefined) || (!killed && says(record, pressed)),
    );
  },
  beats: ['ollama-slow', 'model-unloaded', 'hot-queue-wait', 'client-abort', 'upstream-timeout'],
  fix: [
    'vmstat 1 5   # si and so above 0: memory is swapped; wa: the disk is waited for',
    'ps aux --sort=-rss | head -5   # who has the memory',
    'Load a smaller model or a smaller num_ctx, or add memory.',
  ],
  confirm: ['free -h && cat /proc/pressure/memory /proc/pressure/io', 'iostat -x 2 3'],
  example: {
    kind: 'dmesg',
    text: '[ 8123.401522] INFO: task ollama:2144 blocked for more than 120 seconds.',
  },
} satisfies Cause;
