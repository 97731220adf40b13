import { type Cause, lines } from '../cause.ts';
import { dmonRows, slowdowns, slowedFor } from '../smi.ts';

const active = lines(
  /(?:SW|HW) Thermal Slowdown\s*: Active|[sh]w_thermal_slowdown>Active|GPU over temperature range|thermal throttling temperature reached|clocks event due to thermal violation/i,
);

export default {
  step: 5,
  weight: 'root',
  title: { en: 'The GPU slows down because of heat', zh: 'GPU 因过热降频' },
  explanation: {
    en: 'The card lowers its clocks to cool down; with hot memory that happens at 65–70 °C of the core too.',
    zh: '显卡为降温而降低频率;显存过热时,核心 65–70 °C 也会发生。',
  },
  reads: ['nvidia-smi'],
  match: (records) => [
    ...active(records),
    ...slowedFor(records, slowdowns.thermal),
    ...dmonRows(records, /^tviol$/, (value) => value === '1'),
  ],
  beats: ['ollama-slow', 'client-abort', 'upstream-timeout'],
  fix: [
    'nvidia-smi -q -d TEMPERATURE,PERFORMANCE',
    'nvidia-smi -pl 250   # lower the power limit for now',
    "Clean the fans and filters, check the room's cooling.",
  ],
  confirm: ['nvidia-smi --query-gpu=temperature.gpu,temperature.memory,clocks.sm --format=csv -l 5'],
  example: { kind: 'nvidia-smi', text: '    SW Thermal Slowdown               : Active      (bitmask 0x20)' },
} satisfies Cause;
