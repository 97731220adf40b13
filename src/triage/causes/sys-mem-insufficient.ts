import { type Cause, lines, says } from '../cause.ts';

const refused = lines(
  /model requires more system memory|model request too large for system|model is too large for system memory|is too large for this system|unable to fit model into system memory|unable to allocate CPU(?:_\w{1,20})? buffer|std::bad_alloc|model requires \S{1,20} \w?i?B but only|^(?:fatal error|runtime): (?:runtime: )?(?:out of memory|cannot allocate memory)|mmap failed: Cannot allocate memory|errno=1455|paging file is too small|fork\/exec .{0,200}: cannot allocate memory/i,
);
const unallocated = lines(/failed to allocate CPU(?:_\w{1,20})? buffer/);
/** Then the buffer was for the context, not for the model. */
const ofContext = /failed to allocate buffer for (?:kv|rs) cache/;

export default {
  step: 4,
  weight: 'root',
  title: { en: 'The model needs more RAM than there is', zh: '模型所需内存超出系统内存' },
  explanation: {
    en: 'Ollama refused to load the model because memory and swap do not suffice. Other models work.',
    zh: '内存加交换空间不足,Ollama 拒绝加载该模型。其他模型正常。',
  },
  reads: ['ollama-log'],
  match: (records) => [
    ...refused(records),
    ...(records.some((record) => says(record, ofContext)) ? [] : unallocated(records)),
  ],
  // What the buffer was for stands in the next line.
  hint: lines(/cpu_buffer_type_alloc_buffer: failed/),
  beats: [
    'runner-crash-segv',
    'panic',
    'kv-cache-alloc-fail',
    'ollama-slow',
    'cpu-offload-slow',
    'gpu-not-detected',
    'service-stopped',
    'reload-thrash',
  ],
  fix: [
    'free -h   # MemAvailable decides',
    'fallocate -l 16G /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile',
  ],
  confirm: ['grep -E "MemAvailable|SwapFree" /proc/meminfo'],
  example: {
    kind: 'ollama-log',
    text: '{"error": "model requires more system memory (8.4 GiB) than is available (7.7 GiB)"}',
  },
} satisfies Cause;
