import type { Cause } from '../cause.ts';
import { victimOf } from '../oom-victim.ts';

/** What Kubernetes and Docker say of a container that was killed; it is Ollama's where its log is looked at. */
const ofContainer =
  /\breason"?:\s*"?OOMKilled\b|"OOMKilled":\s*true|\bOOMKilled\s+\d|\bcontainer oom \w{6,64} .{0,200}ollama|container init was OOM-killed|low on resource: memory\..{0,160}ollama/i;

const named = /\bollama\b/i;

export default {
  step: 4,
  weight: 'root',
  title: { en: 'The kernel killed Ollama for memory', zh: '内核因内存不足杀死了 Ollama' },
  explanation: {
    en: "The machine, or the limit of the service, ran out of memory, and the kernel ended the model's process.",
    zh: '机器或服务限额内存耗尽,内核结束了模型进程。',
  },
  reads: ['ollama-log', 'dmesg'],
  match: (records) =>
    records.filter(
      ({ kind, message }) =>
        victimOf(message) === 'ollama' || ((kind === 'ollama-log' || named.test(message)) && ofContainer.test(message)),
    ),
  beats: [
    'gpu-oom',
    'runner-crash-segv',
    'panic',
    'service-down',
    'service-stopped',
    'sys-mem-insufficient',
    'kv-cache-alloc-fail',
    'client-abort',
    'ollama-slow',
    'upstream-timeout',
    'runner-hang',
    'other-process-oom',
    'cpu-offload-slow',
    'gpu-not-detected',
    'reload-thrash',
  ],
  fix: [
    'free -h',
    'systemctl show ollama -p MemoryMax   # raise it, or use a smaller model',
    'systemctl restart ollama',
  ],
  confirm: ["journalctl -k | grep -iE 'oom-kill|killed process' | tail"],
  example: { kind: 'dmesg', text: 'Out of memory: Killed process 10198 (ollama) total-vm:23467012kB' },
} satisfies Cause;
