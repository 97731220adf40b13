import { gpuXidEvents, oomKills } from '../src/catalogue/kernel.ts';
import { compare, increase, number, select } from '../src/expression/ast.ts';
import type { RuleGroup } from '../src/rule.ts';

/** Codes of hardware or firmware: the GPU needs a reset, or a hand. */
const hardware = ['48', '62', '64', '74', '79', '95', '119', '120', '154'];

const group: RuleGroup = {
  name: 'kernel',
  rules: [
    {
      name: 'GpuXid',
      expression: () => compare(increase(select(gpuXidEvents, { xid: hardware }), 600), '>', number(0)),
      for: 0,
      severity: 'critical',
      unit: 'count',
      summary: { en: 'the GPU driver reports error Xid {xid}', zh: 'GPU 驱动报告错误 Xid {xid}' },
      description: {
        en: 'The kernel log has Xid {xid}, an error of the GPU itself: models may compute on the CPU or fail.',
        zh: '内核日志出现 Xid {xid},属于 GPU 自身故障:模型可能退回 CPU 或失败。',
      },
      runbook: 'gpuxid',
      panel: 'gpu-faults',
      commands: ['journalctl -k | grep -i xid | tail -5', 'nvidia-smi', 'ops triage'],
    },
    {
      name: 'OllamaOomKilled',
      causedBy: ['HostMemoryLow'],
      expression: () => compare(increase(select(oomKills, { process: 'ollama' }), 600), '>', number(0)),
      for: 0,
      severity: 'warning',
      unit: 'count',
      summary: { en: 'the kernel killed Ollama for want of memory', zh: '内核因内存不足终止了 Ollama' },
      description: {
        en: 'Main memory ran out and the kernel killed the process {process}; running chats ended.',
        zh: '内存耗尽,内核终止了进程 {process};正在进行的对话已中断。',
      },
      runbook: 'ollamaoomkilled',
      panel: 'gpu-faults',
      commands: ['journalctl -k | grep -i "killed process" | tail -3', 'free -h', 'ollama ps'],
    },
  ],
};

export default group;
