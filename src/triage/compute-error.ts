import type { Cause } from './cause.ts';
import { says } from './cause.ts';

/** How the libraries that compute on a card, and what calls them, say that a call failed. */
const failedCall = new RegExp(
  [
    String.raw`\bCUDA (?:driver |runtime )?[Ee]rror\b|\bHIP (?:runtime )?error\b|\bCuda failure\b|\bCUDA out of memory\b`,
    String.raw`\bcudaError_?[A-Z]\w{3,}|\bCUDA_ERROR_[A-Z_]+|\bhipError[A-Z]\w{3,}|\bROCm error: out of memory`,
    String.raw`(?<!symbol lookup for )\b(?:cu|cuda|hip|nccl)[A-Z]\w{2,40}(?:\([^()]{0,200}\))? (?:failed|returned error|error)\b`,
    String.raw`\bcuBLAS error\b|\bCU(?:BLAS|DNN)_STATUS_(?!SUCCESS)[A-Z_]+|failed to initialize (?:CUDA|ROCm|HIP):`,
    String.raw`\bVK_ERROR_[A-Z_]+|\bvk::[\w:]{1,60}: Error\w+|\bError(?:OutOf(?:Device|Host)Memory|DeviceLost)\b`,
    String.raw`\bkIO(?:GPU|Accel)CommandBufferCallbackError\w+|\bCaused GPU \w+ Error|\bcommand buffer \d+ failed with status \d|(?:UR_RESULT|PI)_ERROR_[A-Z_]+|\bSYCL error: `,
    String.raw`\bHSA_STATUS_ERROR\w*|\bHW Exception by GPU|\bMemory access fault by GPU`,
  ].join('|'),
);

/** What a failed call is about, in the words of cudaGetErrorString and its like; the first that fits. */
const subjects = {
  memory:
    /out of memory|out-of-memory|OUT_OF_(?:DEVICE_|HOST_)?MEMORY|OutOf(?:Device)?Memory|MemoryAllocation|STATUS_ALLOC_FAILED|Insufficient Memory|OUT_OF_RESOURCES/i,
  ecc: /uncorrectable ECC|ECC_?UNCORRECTABLE/i,
  hang: /launch timed out|LAUNCH_?TIMEOUT|ErrorTimeout|GPU Timeout Error|ErrorHang\b|GPU Hang/i,
  build:
    /no kernel image|NoKernelImage|NO_BINARY_FOR_GPU|NoBinaryForGpu|kernel image is invalid|InvalidKernelImage|invalid device function|InvalidDeviceFunction|named symbol not found|unsupported toolchain|UnsupportedPtx|ARCH_MISMATCH/i,
  driver:
    /driver version is insufficient|InsufficientDriver|unsupported display driver|SYSTEM_DRIVER_MISMATCH|forward compatibility was attempted|COMPAT_NOT_SUPPORTED|driver is too old/i,
  absent:
    /no (?:CUDA|ROCm|HIP)-capable device|NO_DEVICE\b|ErrorNoDevice|failed to initialize (?:CUDA|ROCm|HIP):|system not yet initialized/i,
} as const;

type Subject = keyof typeof subjects | 'fault';

/** What a failed call to a compute library is about; undefined where a text tells of none. */
export function computeError(message: string): Subject | undefined {
  if (!failedCall.test(message)) return undefined;
  const names = Object.keys(subjects) as (keyof typeof subjects)[];
  return names.find((name) => subjects[name].test(message)) ?? 'fault';
}

/** Matches what a cause says in words of its own, and failed calls about its subject. */
export function computeErrors(about: Subject, words: RegExp): Cause['match'] {
  return (records) =>
    records.filter(
      (record) => says(record, words) || (computeError(record.message) === about && says(record, failedCall)),
    );
}
