import type { Cause } from '../cause.ts';
import { dcgmRows } from '../dcgm.ts';
import { csvRows, dmonRows } from '../smi.ts';

/** The article's threshold. */
const hotCelsius = 85;

/** Of `-q`, in drivers before 3xx too, of a row of the table, of `-q -x`, of gpustat, and of rocm-smi. */
const shown = [
  /\bG(?:PU Current Temp|pu)\s*:\s*(\d+) C/,
  /^\|\s*(?:\d+%|N\/A|ERR!)\s+(\d+)C\s+P\d/,
  /<gpu_temp>(\d+) C</,
  /^\[\d+\] [^|]{1,60}\| {1,2}(\d+)(?:°C|'C|C),/,
  /\bTemperature \(Sensor edge\) \(C\): (\d+)/,
  /^\s*\d+\s(?:.{0,40}\s)?(\d+)\.\d°?[cC]\s/,
];

/** Temperature in a line; 0 where it has none. */
const celsius = (message: string) => Number(shown.map((pattern) => pattern.exec(message)?.[1]).find(Boolean) ?? 0);

/** Whether a field of a table says so; one without a reading does not. */
const isHot = (value: string) => Number(value) > hotCelsius;

export default {
  step: 5,
  weight: 'root',
  title: { en: 'The GPU is too hot', zh: 'GPU 温度过高' },
  explanation: {
    en: 'A GPU is above 85 °C. It slows itself down to survive, and in the end falls off the bus.',
    zh: 'GPU 温度超过 85 °C,会自动降频,最终可能掉卡。',
  },
  reads: ['nvidia-smi'],
  match: (records) => [
    ...records.filter(({ message }) => celsius(message) > hotCelsius),
    ...csvRows(records, /^temperature\.gpu$/, isHot),
    ...dmonRows(records, /^g?temp$/, isHot),
    ...dcgmRows(records, /^GPU_TEMP$/, (value) => value > hotCelsius),
  ],
  beats: ['thermal-throttle', 'ollama-slow', 'client-abort', 'upstream-timeout'],
  fix: [
    'nvidia-smi -q -d TEMPERATURE,PERFORMANCE',
    'nvidia-smi -pl 250   # lower the power limit for now',
    "Clean the fans and filters, check the room's cooling.",
  ],
  confirm: ['watch -n 2 nvidia-smi'],
  example: { kind: 'nvidia-smi', text: '        GPU Current Temp                  : 91 C' },
} satisfies Cause;
