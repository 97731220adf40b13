import { hostDiskFree, hostDiskTotal } from '../src/catalogue/host.ts';
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
  ],
};

export default group;
