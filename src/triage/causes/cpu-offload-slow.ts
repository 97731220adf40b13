import type { LogRecord } from '../../logs/record.ts';
import { type Cause, lines } from '../cause.ts';

const offloaded = /offloaded (\d{1,4})\/(\d{1,4}) layers/i;
const planned = /layers\.model=(\d{1,4}) .{0,100}layers\.offload=(\d{1,4})/i;
/** Embedding models are smaller than this and harmless on a CPU. */
const chatLayers = 14;

/** Made by triage from `/api/ps`. All on the CPU is a machine without a GPU, by design. */
const resident = /has ([\d.]+) of ([\d.]+) GiB in GPU memory/;

/** What a model takes, and what of it is on the card. */
const loaded = /runner\.size="([\d.]+) GiB" runner\.vram="([\d.]+) GiB"/;

/** A row of `ollama ps`. */
const shared = /\b\d{1,2}%\/\d{1,2}% CPU\/GPU\b/;

/** The cache of the layers that are not on the card. */
const cacheOnHost = /\b(?:CUDA|ROCm)_Host KV buffer size\s*=\s*[1-9]/;

/** Where the layers of each card begin; a model goes from its last layer to the first. */
const loadRequest = /\brequest="?\{Operation:commit .{0,300}\bGPULayers:\d{1,4}(\[[^\]]{1,2000}\])/;

/** What of the cache is on which device. */
const cacheOn = /\bmsg="kv cache" device=(\w{1,20})/;

const tooLittle = lines(
  /not enough vram available|insufficient VRAM to load any|too little memory to allocate any layers/i,
);

function partly(message: string): boolean {
  const runner = loaded.exec(message);
  if (runner) return Number(runner[2]) > 0 && Number(runner[2]) < 0.95 * Number(runner[1]);
  const split = resident.exec(message);
  if (split) return Number(split[1]) > 0 && Number(split[1]) < Number(split[2]);
  if (shared.test(message) || cacheOnHost.test(message)) return true;
  const [, cards] = loadRequest.exec(message) ?? [];
  if (cards !== undefined)
    return (
      !cards.includes('(0..') && [...cards.matchAll(/\.\.(\d{1,4})\)/g)].some(([, last]) => Number(last) >= chatLayers)
    );
  const real = offloaded.exec(message);
  const plan = planned.exec(message);
  const done = Number(real?.[1] ?? plan?.[2]);
  const all = Number(real?.[2] ?? plan?.[1]);
  return all >= chatLayers && done < all;
}

/** The cache on the processor, right behind what of it is on a card. */
function cacheBesideCard(records: readonly LogRecord[]): LogRecord[] {
  const device = (at: number) => cacheOn.exec(records[at]?.message ?? '')?.[1];
  return records.filter((_, at) => device(at) === 'CPU' && (device(at - 1) ?? 'CPU') !== 'CPU');
}

/** Where a layer goes, as llama.cpp says while it loads. */
const placed = /\blayer +\d{1,4} assigned to device (\w{1,20})/;

/** The layers of a model, where all that a text shows of them go to the CPU. */
function allOnCpu(records: readonly LogRecord[]): LogRecord[] {
  const layers = records.filter(({ message }) => placed.test(message));
  return layers.every(({ message }) => placed.exec(message)?.[1] === 'CPU') ? layers : [];
}

export default {
  step: 3,
  weight: 'root',
  title: { en: 'Part of the model runs on the CPU', zh: '模型部分运行在 CPU 上' },
  explanation: {
    en: "The model does not fit the GPU's memory, so the rest is computed on the processor, many times slower.",
    zh: '模型放不下显存,剩余部分由 CPU 计算,速度慢很多倍。',
  },
  reads: ['ollama-log', 'ollama-api'],
  match: (records) => [...records.filter(({ message }) => partly(message)), ...cacheBesideCard(records)],
  hint: (records) => [...tooLittle(records), ...allOnCpu(records)],
  beats: ['ollama-slow', 'client-abort', 'upstream-timeout'],
  fix: [
    'ollama ps',
    'Use a smaller quantization (qwen3:32b-q4_K_M), a smaller OLLAMA_CONTEXT_LENGTH, or stop other GPU programs.',
  ],
  confirm: ['nvidia-smi', "journalctl -u ollama | grep -E 'offloaded|layers.offload' | tail -3"],
  example: { kind: 'ollama-log', text: 'llama_model_load_internal: offloaded 20/35 layers to GPU' },
} satisfies Cause;
