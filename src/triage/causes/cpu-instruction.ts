import { type Cause, lines } from '../cause.ts';
import { systemError } from '../system-errors.ts';

export default {
  step: 4,
  nearest: true,
  weight: 'root',
  title: { en: 'The processor lacks an instruction', zh: 'CPU 缺少所需指令' },
  explanation: {
    en: 'This build needs AVX, which the processor or the virtual machine does not offer.',
    zh: '该版本需要 AVX,而 CPU 或虚拟机不提供。',
  },
  reads: ['ollama-log', 'dmesg'],
  match: lines(
    new RegExp(
      String.raw`0xc000001d|(?<!an )${systemError('illegal')}|status=4/ILL|traps: (?:ollama|llama)\S{0,30} trap invalid opcode`,
      'i',
    ),
    // A card's own.
    /NVRM/,
  ),
  beats: ['runner-crash-segv', 'panic', 'cpu-offload-slow', 'gpu-not-detected', 'service-stopped', 'reload-thrash'],
  fix: ['Set the virtual machine\'s CPU type to "host", or build Ollama without AVX.'],
  confirm: ['grep -o -m1 -w avx2 /proc/cpuinfo'],
  example: { kind: 'ollama-log', text: 'llama runner process has terminated: exit status 0xc000001d' },
} satisfies Cause;
