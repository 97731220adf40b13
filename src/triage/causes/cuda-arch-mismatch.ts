import type { Cause } from '../cause.ts';
import { computeErrors } from '../compute-error.ts';

export default {
  step: 4,
  nearest: true,
  weight: 'root',
  title: { en: 'This build has no code for this GPU', zh: '当前版本不支持该 GPU' },
  explanation: {
    en: "The installed Ollama was built without this GPU's generation; every load fails.",
    zh: '安装的 Ollama 未包含该代 GPU 的代码,每次加载都会失败。',
  },
  reads: ['ollama-log'],
  match: computeErrors(
    'build',
    /no kernel image is available|hipErrorNoBinaryForGpu|Unable to find code object|TensileLibrary\S{0,40}: .{0,60}GPU arch|compiled without support for the current GPU|is not compatible with the current (?:PyTorch|CUDA)/i,
  ),
  beats: [
    'cuda-error',
    'runner-crash-segv',
    'panic',
    'cpu-offload-slow',
    'gpu-not-detected',
    'model-load-timeout',
    'service-stopped',
    'reload-thrash',
  ],
  fix: ['curl -fsSL https://ollama.com/install.sh | sh   # a version that knows the GPU'],
  confirm: ['nvidia-smi --query-gpu=name,compute_cap --format=csv'],
  example: { kind: 'ollama-log', text: 'CUDA error: no kernel image is available for execution on the device' },
} satisfies Cause;
