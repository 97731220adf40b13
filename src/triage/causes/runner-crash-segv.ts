import type { AuditLine } from '../../audit-line.ts';
import type { LogRecord } from '../../logs/record.ts';
import { type Cause, says } from '../cause.ts';
import { goDumpOf, inGoDump, isForeignDump } from '../go-dump.ts';
import { systemError } from '../system-errors.ts';

const died = new RegExp(
  [
    '(?:llama runner|llama-server|model runner)(?: process)?(?: has)?(?: unexpectedly)? (?:terminated|stopped|exited)(?! successfully)',
    // glibc's last words
    String.raw`(?:free|malloc|realloc|munmap_chunk|malloc_consolidate)\(\): (?:invalid|corrupted|unaligned|mismatching|memory corruption|double free)|double free or corruption|corrupted (?:size vs|double-linked)|stack smashing detected`,
    String.raw`process no longer running|^GGML_ABORT|\.(?:c|cpp|cu|m): ?\d+: fatal error|tensor .{1,100} cannot run the operation|error starting (?:the external )?llama runner|terminate called after throwing`,
    String.raw`GGML_ASSERT(?:\(.{1,300}\) failed|: \S.{1,300}:\d+: \S)|(?:ollama|llama)\S{0,30}\[\d+\](?::? segfault at|:? general protection)|\bsegfault at \w{1,16} ip .{0,80} in (?:lib)?(?:ollama|llama|ggml)|Process \d+ \((?:ollama|llama)[^)]{0,30}\) of user \d+ dumped core`,
    String.raw`\b(?:ollama|llama)\S{0,40} .{0,40}${systemError('segfault')}|(?<!\d)\d{1,7} ${systemError('segfault')} .{0,60}(?:ollama|llama)`,
    'ollama\\.service: Failed with result .core-dump|SIGSEGV|SIGABRT|SIGBUS|signal: (?:segmentation fault|abort|killed|bus error|terminated)|status=(?:6/ABRT|11/SEGV)',
    '0xc0000(?:409|005|374)|ROCm error|error was encountered while running the model',
    // The server talks to it over a port of this machine.
    String.raw`Post "?http://127\.0\.0\.1:\d+/(?:completion|load|embeddings?|predict)"?: (?:EOF|read tcp|dial tcp|write tcp)`,
  ].join('|'),
  'i',
);

/**
 * Ollama 0.32 logs nothing when a runner dies in the middle of an answer: the stream ends in an error after its 200. Where the
 * gateway kept Ollama's words for it, those decide.
 */
const brokenOff = ({ outcome, status, ttft, probe, upstream_failure = '' }: AuditLine) =>
  outcome === 'upstream_error' &&
  status === 200 &&
  typeof ttft === 'number' &&
  !probe &&
  !upstream_failure.startsWith('error_record: ');

/** How a runner ends that is stopped with its service. */
const ended = /signal: (?:killed|terminated)|: EOF\b|exit status|connection refused|forcibly closed/i;

/** Without what the end of the service did to its runner, and without another program's. */
function unlessStopped(records: readonly LogRecord[]): readonly LogRecord[] {
  if (isForeignDump(records)) return [];
  const stop = records.findIndex((record) => says(record, /(?:Stopping|Stopped) (?:ollama\.service|Ollama Service)/i));
  return stop < 0 ? records : records.filter((record, at) => at < stop || !says(record, ended));
}

export default {
  step: 4,
  weight: 'root',
  title: { en: "The model's process crashed", zh: '模型进程崩溃' },
  explanation: {
    en: 'The process that computes the answer ended in the middle of its work. Ollama starts a new one for the next request, which pays the load again.',
    zh: '计算回答的进程中途退出。下一个请求会重新启动它,并再次付出加载时间。',
  },
  reads: ['ollama-log', 'gateway-log', 'dmesg'],
  match: (records) => [
    ...unlessStopped(records).filter((record) => says(record, died) || (record.audit && brokenOff(record.audit))),
    ...(goDumpOf(records) === 'runner' ? records.filter(inGoDump) : []),
  ],
  beats: [
    'client-abort',
    'ollama-slow',
    'upstream-timeout',
    'hot-queue-wait',
    'model-missing',
    'cpu-offload-slow',
    'gpu-not-detected',
    'service-stopped',
    'reload-thrash',
  ],
  fix: [
    'systemctl restart ollama',
    "journalctl -k | grep -iE 'oom|segfault|xid' | tail   # signal: killed is what the kernel sends when memory is out",
  ],
  confirm: ['journalctl -u ollama -n 300 --no-pager'],
  example: {
    kind: 'ollama-log',
    text: 'time=2025-07-24T18:30:30.079+09:00 level=ERROR source=server.go:464 msg="llama runner terminated" error="exit status 0xc0000409"',
  },
} satisfies Cause;
