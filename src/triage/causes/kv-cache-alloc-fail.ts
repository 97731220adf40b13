import { type Cause, lines } from '../cause.ts';

export default {
  step: 4,
  weight: 'root',
  title: { en: 'The context does not fit into RAM', zh: '上下文放不进内存' },
  explanation: {
    en: 'The model loaded but the memory for its context could not be had. The server stays up.',
    zh: '模型已加载,但无法为上下文分配内存。服务仍在运行。',
  },
  reads: ['ollama-log'],
  match: lines(
    /ggml_aligned_malloc: insufficient memory|failed to allocate buffer for (?:kv|rs) cache|llama_kv_cache_init\(\) failed/i,
  ),
  beats: [
    'runner-crash-segv',
    'panic',
    'ollama-slow',
    'cpu-offload-slow',
    'gpu-not-detected',
    'service-stopped',
    'reload-thrash',
  ],
  fix: [
    'systemctl edit ollama   # [Service] Environment=OLLAMA_CONTEXT_LENGTH=8192 OLLAMA_NUM_PARALLEL=1',
    'systemctl restart ollama',
  ],
  confirm: ['free -h'],
  example: { kind: 'ollama-log', text: 'ggml_aligned_malloc: insufficient memory (attempted to allocate 4096.00 MB)' },
} satisfies Cause;
