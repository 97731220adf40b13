import { type Cause, lines } from '../cause.ts';

export default {
  step: 0,
  weight: 'noise',
  title: { en: 'VRAM was slow to be reported free', zh: '显存释放上报较慢' },
  explanation: {
    en: 'Ollama unloaded a model and the driver was slow to report the memory as free. It is an echo of an unload, not a fault.',
    zh: 'Ollama 卸载了模型,而驱动上报空闲显存较慢。这只是卸载的回声,不是故障。',
  },
  reads: ['ollama-log'],
  match: lines(/gpu VRAM usage didn't recover within timeout/i),
  fix: ['Nothing to do.'],
  confirm: ['ollama ps'],
  example: {
    kind: 'ollama-log',
    text: 'time=2025-01-10T22:05:29.844+08:00 level=WARN source=sched.go:646 msg="gpu VRAM usage didn\'t recover within timeout" seconds=5.0158618',
  },
} satisfies Cause;
