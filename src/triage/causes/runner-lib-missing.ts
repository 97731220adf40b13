import { type Cause, lines } from '../cause.ts';

export default {
  step: 4,
  nearest: true,
  weight: 'root',
  title: { en: "A library of the model's process is missing", zh: '缺少动态库' },
  explanation: {
    en: 'The process that computes cannot start because a library is not installed.',
    zh: '计算进程因缺少动态库而无法启动。',
  },
  reads: ['ollama-log'],
  match: lines(
    /error while loading shared libraries|terminated: exit status (?:127|0xc0000135|0xc0000139)|Unable to load dynamic (?:server )?library|llama-server binary not found|llama\S{0,60}: cannot execute: required file not found|initialize MLX: \S{1,80} not found|symbol lookup error|Error relocating \S{1,200}: |Library not loaded: |\.dll was not found|fork\/exec \S{0,300}(?:runner|server)\S{0,60}: no such file|(?:terminated|Error):.{0,300}(?:undefined symbol|cannot open shared object file)|version `\w+_[\d.]+' not found/i,
    // The driver's own, what a program goes on without, and another program's.
    /libnvidia-ml|cannot be preloaded|\bPHP |^(?!.{0,200}(?:llama|runner|server))\S{1,200}: error while loading|(?<!error while loading shared libraries: )libcuda\.so/,
  ),
  beats: ['runner-crash-segv', 'panic', 'cpu-offload-slow', 'gpu-not-detected', 'service-stopped', 'reload-thrash'],
  fix: ['curl -fsSL https://ollama.com/install.sh | sh'],
  confirm: ['ldd $(command -v ollama)'],
  example: {
    kind: 'ollama-log',
    text: 'llama-server: error while loading shared libraries: libcudart.so.12: cannot open shared object file',
  },
} satisfies Cause;
