import {
  hostClockSynchronized,
  hostDiskFree,
  hostDiskTotal,
  hostFolderFree,
  hostFolderTotal,
  hostMemoryAvailable,
  hostMemoryTotal,
  hostSwapTotal,
  hostSwapUsed,
} from '../src/catalogue/host.ts';
import { compare, divide, number, select } from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

const group: RuleGroup = {
  name: 'host',
  rules: [
    {
      name: 'DiskAlmostFull',
      expression: (threshold) => compare(divide(select(hostDiskFree), select(hostDiskTotal)), '<', number(threshold)),
      for: 300_000,
      severity: 'warning',
      threshold: 0.05,
      unit: 'ratio',
      summary: { en: 'disk {mount} is almost full: {value} free', zh: '磁盘 {mount} 即将写满:剩余 {value}' },
      description: {
        en: 'Less than {threshold} of {mount} is free. A full disk stops model pulls and loses audit lines.',
        zh: '{mount} 剩余空间低于 {threshold}。磁盘写满会导致模型拉取失败并丢失审计日志。',
      },
      runbook: 'diskalmostfull',
      panel: 'disk-free',
      commands: ['df -h {mount}', 'ollama list', 'journalctl --disk-usage'],
    },
    {
      name: 'FolderAlmostFull',
      causedBy: ['DiskAlmostFull'],
      expression: (threshold) =>
        compare(divide(select(hostFolderFree), select(hostFolderTotal)), '<', number(threshold)),
      for: 300_000,
      severity: 'warning',
      threshold: 0.05,
      unit: 'ratio',
      summary: {
        en: 'the disk of {folder} is almost full: {value} free',
        zh: '{folder} 所在磁盘即将写满:剩余 {value}',
      },
      description: {
        en: 'Less than {threshold} is free where {folder} lies: audit lines are lost, or a model cannot be pulled.',
        zh: '{folder} 所在磁盘剩余低于 {threshold}:审计日志会丢失,或模型无法拉取。',
      },
      runbook: 'folderalmostfull',
      panel: 'folder-free',
      commands: ['df -h {folder}', 'du -xh --max-depth=1 {folder} | sort -h | tail', 'ollama list'],
    },
    {
      name: 'HostMemoryLow',
      expression: (threshold) =>
        compare(divide(select(hostMemoryAvailable), select(hostMemoryTotal)), '<', number(threshold)),
      for: 300_000,
      severity: 'warning',
      threshold: 0.05,
      unit: 'ratio',
      summary: { en: 'main memory is almost gone: {value} left', zh: '内存即将耗尽:剩余 {value}' },
      description: {
        en: 'Less than {threshold} of main memory is available; the kernel will soon kill a process, often Ollama.',
        zh: '可用内存低于 {threshold};内核很快会终止进程,通常是 Ollama。',
      },
      runbook: 'hostmemorylow',
      panel: 'host-load',
      commands: ['free -h', 'ps aux --sort=-rss | head', 'ollama ps'],
    },
    {
      name: 'HostSwapping',
      causedBy: ['HostMemoryLow'],
      expression: (threshold) => compare(divide(select(hostSwapUsed), select(hostSwapTotal)), '>', number(threshold)),
      for: 900_000,
      severity: 'warning',
      threshold: 0.8,
      unit: 'ratio',
      summary: { en: '{value} of the swap space is in use', zh: '交换区已使用 {value}' },
      description: {
        en: 'More than {threshold} of the swap space is in use: what a model holds in main memory is read from the disk.',
        zh: '交换区使用超过 {threshold}:模型在内存中的部分会从磁盘读取。',
      },
      runbook: 'hostswapping',
      panel: 'swap-and-clock',
      commands: ['free -h', 'vmstat 1 5', 'ps aux --sort=-rss | head'],
    },
    {
      name: 'ClockNotSynchronized',
      expression: () => compare(select(hostClockSynchronized), '==', number(0)),
      for: 1_800_000,
      severity: 'warning',
      unit: 'state',
      summary: { en: 'the clock of this machine is not synchronized', zh: '本机时钟未同步' },
      description: {
        en: 'Nothing keeps the clock right: certificates are judged by a wrong date, and the logs cannot be put in order.',
        zh: '时钟无人校准:证书判断日期有误,各日志无法对齐。',
      },
      runbook: 'clocknotsynchronized',
      panel: 'swap-and-clock',
      commands: ['timedatectl', 'systemctl status systemd-timesyncd chrony'],
    },
  ],
};

export default group;
