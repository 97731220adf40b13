import { type Cause, lines, xid } from '../cause.ts';
import { computeErrors } from '../compute-error.ts';

const hung = computeErrors(
  'hang',
  new RegExp(
    `RC watchdog: GPU is probably locked|${xid(8)}|the launch timed out|nvgpu: .{0,80}notifier set to 8\\b|ring \\S{1,40} timeout, |amdgpu: .{0,60}GPU reset begin|MES failed to respond|unsuccessful queues preemption|GPU HANG: ecode|\\bEngine reset: engine_class|nvlddmkm stopped responding|VIDEO_TDR_(?:FAILURE|TIMEOUT)|LiveKernelEvent`,
    'i',
  ),
);

/** A context that could not be switched for want of time; behind a fault of its program that is an echo. */
const notSwitched = lines(new RegExp(xid(109)));
const faults = lines(new RegExp(xid(13, 31)));

export default {
  step: 4,
  nearest: true,
  weight: 'root',
  title: { en: 'The GPU hung and was reset by its watchdog', zh: 'GPU 挂起并被看门狗恢复' },
  explanation: {
    en: 'One computation took too long and the driver ended it. One answer failed; the GPU recovers.',
    zh: '一次计算耗时过长被驱动终止。一个回答失败,GPU 会恢复。',
  },
  reads: ['ollama-log', 'dmesg'],
  match: (records) => [...hung(records), ...(faults(records).length > 0 ? [] : notSwitched(records))],
  beats: [
    'cuda-error',
    'runner-crash-segv',
    'panic',
    'ollama-slow',
    'cpu-offload-slow',
    'service-stopped',
    'reload-thrash',
    'gpu-not-detected',
  ],
  fix: ['systemctl restart ollama', 'nvidia-smi -pm 1'],
  confirm: ["journalctl -k | grep -E 'Xid|watchdog' | tail"],
  example: {
    kind: 'dmesg',
    text: 'NVRM: krcWatchdog_IMPL: RC watchdog: GPU is probably locked! Notify Timeout Seconds: 7',
  },
} satisfies Cause;
