import { type Cause, lines } from '../cause.ts';
import { slowdowns, slowedFor } from '../smi.ts';

const active = lines(/HW Power Brake Slowdown\s*: Active|hw_power_brake_slowdown>Active/i);

export default {
  step: 5,
  nearest: true,
  weight: 'root',
  title: { en: 'The power supply brakes the GPU', zh: '电源限制了 GPU' },
  explanation: {
    en: 'The board signals a power fault and the GPU runs at about a quarter of its speed, at normal temperature.',
    zh: '主板发出供电异常信号,GPU 以约四分之一速度运行,温度正常。',
  },
  reads: ['nvidia-smi'],
  match: (records) => [...active(records), ...slowedFor(records, slowdowns.powerBrake)],
  beats: ['ollama-slow', 'client-abort', 'upstream-timeout'],
  fix: ["Check the GPU's power cables and the power supply; then a full power cycle."],
  confirm: ['nvidia-smi -q -d PERFORMANCE,CLOCK'],
  example: { kind: 'nvidia-smi', text: '        HW Power Brake Slowdown       : Active' },
} satisfies Cause;
