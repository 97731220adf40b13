/** What programs say often, whole: a line that was cut off in the middle of one of them is read to its end. */
const phrases = [
  'llama runner process has terminated: ',
  'llama-server process has terminated: ',
  'llama runner terminated',
  '(23: Too many open files in system)',
  'aborting completion request due to client closing the connection',
  'Driver/Library version mismatch',
  'NVRM: No NVIDIA graphics adapter found!',
  'timed out waiting for llama runner to start',
  'timed out waiting for llama-server to start',
  'CUDA error: out of memory',
  'CUDA error: an illegal memory access was encountered',
  'CUDA error: no kernel image is available for execution on the device',
  'cudaMalloc failed: out of memory',
  'signal: segmentation fault',
  'signal: illegal instruction',
  'signal: aborted (core dumped)',
  'an error was encountered while running the model',
  'model requires more system memory',
  'maximum pending requests exceeded',
  'no compatible GPUs were discovered',
  "gpu VRAM usage didn't recover within timeout",
  'truncating input prompt',
  'unknown model architecture: ',
  'error while loading shared libraries: ',
  'no space left on device',
  'permission denied',
  'address already in use',
  'try pulling it first',
  'connection refused',
  'could not connect to ollama',
  'A process of this unit has been killed by the OOM killer',
  'Failed at step EXEC spawning',
  'connect() failed (111: Connection refused) while connecting to upstream',
  'connect() failed (113: No route to host) while connecting to upstream',
  'failed (111: Connection refused) while connecting to upstream',
  'failed (13: Permission denied) while connecting to upstream',
  'upstream timed out (110: Connection timed out) while reading response header from upstream',
  'upstream timed out (110: Operation timed out) while reading response header from upstream',
  'upstream prematurely closed connection while reading',
  'while connecting to upstream',
  'while reading response header from upstream',
  'no live upstreams while connecting to upstream',
  'host not found in upstream',
  'client intended to send too large body: 0',
  'worker_connections are not enough',
  '(24: Too many open files)',
  'upstream sent too big header',
  'address already in use)',
  'fallen off the bus',
  'Failed to initialize NVML: Driver/library version mismatch',
  'Failed to initialize NVML: Unknown Error',
  'NVRM: API mismatch: the client has the version',
  "couldn't communicate with the NVIDIA driver",
  'RmInitAdapter failed',
  'No devices were found',
  'No NVIDIA GPU found',
  'table full, dropping packet',
  'blocked for more than 120 seconds',
  'Some challenges have failed',
  'certificate has expired',
] as const;

/** How much of a phrase must stand there. */
const leastShare = 0.6;
const leastChars = 10;

/** How pagers and terminals mark a line that went on. */
const mark = /\s?(?:>|…|\.{3})\s*$/;

/** A message to its end where it was cut off within a known phrase, which the last line of an excerpt can be anywhere. */
export function completed(message: string, isLast: boolean): string {
  const marked = mark.test(message);
  if (!marked && !isLast) return message;
  const text = marked ? message.replace(mark, '') : message;
  for (const phrase of phrases) {
    const least = Math.max(leastChars, Math.ceil(phrase.length * leastShare));
    for (let length = phrase.length - 1; length >= least; length -= 1) {
      if (text.endsWith(phrase.slice(0, length))) return text + phrase.slice(length);
    }
  }
  return message;
}
