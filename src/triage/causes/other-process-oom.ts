import type { LogRecord } from '../../logs/record.ts';
import { type Cause, lines } from '../cause.ts';
import { isOllama, victimOf } from '../oom-victim.ts';

const inGroup = lines(/mem_cgroup_(?:out_of_memory|oom_synchronize)/);

/** Where no victim is told: in a group of processes the kernel kills one of the group that asked. */
function askers(records: readonly LogRecord[]): LogRecord[] {
  if (inGroup(records).length === 0 || records.some(({ message }) => victimOf(message))) return [];
  return records.filter(({ message }) => {
    const asker = /^(.{1,40}?) invoked oom-killer/.exec(message)?.[1];
    return asker !== undefined && !isOllama(asker);
  });
}

export default {
  step: 0,
  weight: 'noise',
  title: { en: 'The kernel killed another program for memory', zh: '内核因内存不足杀死了其他程序' },
  explanation: {
    en: 'The machine ran out of memory and the kernel ended a program that is not Ollama. The chat is not stuck because of it, but memory is short.',
    zh: '机器内存耗尽,内核结束了一个不是 Ollama 的程序。聊天并非因此卡住,但内存紧张。',
  },
  reads: ['dmesg'],
  match: (records) => [...records.filter(({ message }) => victimOf(message) === 'other'), ...askers(records)],
  fix: ['free -h', 'ps aux --sort=-rss | head'],
  confirm: ['journalctl -k | grep -i "killed process"'],
  example: {
    kind: 'dmesg',
    text: 'Killed process 1012 (heapster) total-vm:327128kB, anon-rss:306328kB, file-rss:11132kB, shmem-rss:12345kB',
  },
} satisfies Cause;
