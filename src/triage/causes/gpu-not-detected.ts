import type { LogRecord } from '../../logs/record.ts';
import { type Cause, generation, lines, says } from '../cause.ts';
import { computeErrors } from '../compute-error.ts';

/** What Ollama, the drivers, and those that hand a card to a container say when there is none. */
const words = new RegExp(
  [
    String.raw`no compatible GPUs were discovered|(?:AMD|NVIDIA) driver (?:is )?too old|CUDA GPU is too old|HIP library is too old`,
    String.raw`failure during (?:llama-server )?GPU discovery|discovery watchdog timed out|discovery: timed out waiting for server|gpu support may not be`,
    String.raw`no (?:nvidia )?GPUs? (?:was |were )?detected|no nvidia devices detected|no CUDA devices found|found 0 (?:CUDA|ROCm) devices|No NVIDIA/AMD GPU detected`,
    String.raw`cuda driver library init failure|cudart init failure|NvRmMemInit\w{0,20} failed|GGML_ASSERT\b.{0,300}\bmain_gpu_id ?<|initializing cuda driver|failed to get device context (?!2\b|800)`,
    String.raw`amdgpu is not supported|/dev/kfd.{0,40}: permission denied|ROCk module is NOT loaded|ggml_\w{1,12}: no devices found`,
    String.raw`could not select device driver|unresolvable CDI devices|invalid runtime name: nvidia|no runtime for \W{0,2}nvidia\W{0,2} is configured|NVIDIA Container Runtime Hook directly`,
    String.raw`adding custom device "/dev/(?:kfd|dri|nvidia)[^"]{0,40}": no such file|Insufficient (?:nvidia|amd)\.com/gpu`,
    String.raw`requested number of devices unavailable for nvidia\.com/gpu|nvidia-device-plugin.{0,80}No devices found|No devices found\. Waiting indefinitely|No GPU node can be found in the cluster|Detected non-NVML platform: could not load`,
    String.raw`nvidia-container-cli: (?:\w+ error: |.{0,60}(?:no cuda-capable device|unknown device|no adapters were found))`,
  ].join('|'),
  'i',
);

/** What Ollama computes with, where that is the processor, or CUDA did not start in one of several libraries, and where it is a card. */
const processor =
  /inference compute\b.{0,60}\blibrary=cpu\b|compatible gpu libraries" compatible=\[\]|\bCUDA not detected: |no compatible amdgpu devices|no rocblas support for gfx|GPU inference disabled|will use cpu\b|not available, falling back to CPU|\bnvcuda init failure|symbol lookup for cu\w{1,40} failed|^cuInit err: \d/i;
/** None of its parts computes on a card, though it may see one. */
const noRunner = lines(/\bLLM libraries" runners="?\[(?:cpu\w{0,20} ?){1,6}\]/);
const card = /inference compute\b.{0,60}\blibrary=(?!cpu)\w|offloaded [1-9]\d{0,3}\/|layers\.offload=[1-9]/i;

const isServed = ({ gin }: LogRecord) => gin?.status === 200 && generation.test(gin.path);

export default {
  step: 3,
  weight: 'root',
  title: { en: 'Ollama does not see the GPU', zh: 'Ollama 未检测到 GPU' },
  explanation: {
    en: 'At its start Ollama found no GPU and computes on the processor, many times slower.',
    zh: 'Ollama 启动时没有找到 GPU,改用 CPU 计算,速度慢很多倍。',
  },
  reads: ['ollama-log'],
  match: computeErrors('absent', words),
  // A machine that is meant to have no GPU says the same, and serves.
  hint(records) {
    if (records.some(isServed)) return [];
    return [...noRunner(records), ...(records.some((record) => says(record, card)) ? [] : lines(processor)(records))];
  },
  beats: ['cpu-offload-slow', 'ollama-slow', 'service-stopped'],
  fix: ['nvidia-smi', 'systemctl enable --now nvidia-persistenced', 'systemctl restart ollama'],
  confirm: ["journalctl -u ollama | grep -iE 'inference compute|discover' | tail"],
  example: {
    kind: 'ollama-log',
    text: 'time=2025-03-15T09:18:30.561Z level=INFO source=gpu.go:377 msg="no compatible GPUs were discovered"',
  },
} satisfies Cause;
