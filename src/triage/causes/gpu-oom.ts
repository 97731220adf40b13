import { type Cause, lines, says } from '../cause.ts';
import { computeErrors } from '../compute-error.ts';

const ofCard = computeErrors(
  'memory',
  /(?:cuda|hip)Malloc\w* failed: out of memory|(?:unable|failed) to allocate (?:CUDA|ROCm|Vulkan|Metal|SYCL)\d*(?:_\w+)? (?:\w+ )?buffer|reported out-of-memory during startup|memory layout cannot be allocated|runtime OOM detected|metal_buffer_type_\w{0,20}alloc_buffer: error: failed to allocate buffer|NvMapMem\w{0,30}: ?\d{1,12} error 12\b/i,
);
/** Metal says this of a card that is full, and goes on; a command that fails after it failed for that. */
const overfull = lines(/allocated size is greater than the recommended max working set size/);
const failedCommand = /command buffer \d{1,6} failed with status/;
/** Said of the processor's memory too, where the line before names it. */
const ofEither = lines(/failed to allocate compute (?:pp |tg )?buffers/i);
const processor = /cpu_buffer_type_alloc_buffer: failed|failed to allocate CPU\S{0,20} buffer/;

export default {
  step: 4,
  weight: 'root',
  title: { en: 'The GPU ran out of memory', zh: 'GPU 显存不足' },
  explanation: {
    en: 'The model, its context or a second program needs more GPU memory than there is, so the answer or the load failed.',
    zh: '模型、上下文或其他程序所需显存超出上限,回答或加载失败。',
  },
  reads: ['ollama-log'],
  match: (records) => [
    ...ofCard(records),
    ...(records.some((record) => says(record, failedCommand)) ? overfull(records) : []),
    ...(records.some((record) => says(record, processor)) ? [] : ofEither(records)),
  ],
  // They do not say whose memory; that of a card is nearly always meant.
  hint: lines(/unable to allocate backend buffer|if you're running out of VRAM/),
  beats: [
    'runner-crash-segv',
    'cuda-error',
    'panic',
    'kv-cache-alloc-fail',
    'sys-mem-insufficient',
    'cpu-offload-slow',
    'client-abort',
    'ollama-slow',
    'upstream-timeout',
    'model-load-timeout',
    'runner-hang',
    'queue-full',
    'hot-queue-wait',
    'service-stopped',
    'reload-thrash',
  ],
  fix: [
    'ollama ps   # then: ollama stop MODEL',
    'systemctl edit ollama   # [Service] Environment=OLLAMA_CONTEXT_LENGTH=8192 OLLAMA_MAX_LOADED_MODELS=1',
    'systemctl restart ollama',
  ],
  confirm: ['nvidia-smi', 'nvidia-smi --query-compute-apps=pid,name,used_memory --format=csv'],
  example: {
    kind: 'ollama-log',
    text: 'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 120.28 MiB on device 0: cudaMalloc failed: out of memory',
  },
} satisfies Cause;
