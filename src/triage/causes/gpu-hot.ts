import type { Cause } from '../cause.ts';

/** The article's threshold. */
const hotCelsius = 85;

/** Temperature of a `-q` line or of a row of the table; 0 where the line has none. */
function celsius(message: string): number {
  const found = /GPU Current Temp\s*:\s*(\d+) C/.exec(message) ?? /^\|\s+(?:\d+%|N\/A)\s+(\d+)C\s+P\d/.exec(message);
  return Number(found?.[1] ?? 0);
}

export default {
  step: 5,
  weight: 'root',
  title: { en: 'The GPU is too hot', zh: 'GPU 温度过高' },
  explanation: {
    en: 'A GPU is above 85 °C. It slows itself down to survive, and in the end falls off the bus.',
    zh: 'GPU 温度超过 85 °C,会自动降频,最终可能掉卡。',
  },
  reads: ['nvidia-smi'],
  match: (records) => records.filter(({ message }) => celsius(message) > hotCelsius),
  beats: ['thermal-throttle', 'ollama-slow', 'client-abort', 'upstream-timeout'],
  fix: [
    'nvidia-smi -q -d TEMPERATURE,PERFORMANCE',
    'nvidia-smi -pl 250   # lower the power limit for now',
    "Clean the fans and filters, check the room's cooling.",
  ],
  confirm: ['watch -n 2 nvidia-smi'],
  example: { kind: 'nvidia-smi', text: '        GPU Current Temp                  : 91 C' },
} satisfies Cause;
