import { type Cause, lines, says } from '../cause.ts';
import { refusedApart, refusedAt } from '../refusal.ts';
import { systemError } from '../system-errors.ts';
import { stoppedUnit } from '../unit-state.ts';

/** What shells, systemd and clients say where the program is not there, or nobody listens at its port. */
const absent = new RegExp(
  [
    String.raw`\bollama'?:? not found|\bollama\W{1,4}.{0,30}${systemError('notFound')}|${systemError('notFound')}: ollama\b`,
    String.raw`/ollama: No such file or directory$|(?:could(?: not|n't)|failed to|unable to) connect to (?:(?:a|the|your|local|running|remote) ){0,3}ollama|could not find ollama app`,
    String.raw`Unit ollama\.service (?:could not be|not) (?:found|loaded)|Unit ollama\.service is masked|No such container: \S{0,60}ollama|\bollama\b.{0,80}\sExited \(\d`,
    String.raw`lookup (?:[\w-]{1,30}\.)?ollama(?!\.(?:ai|com))\S{0,60}.{0,60}(?:no such host|server misbehaving)|getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?:[\w-]{1,30}\.)?ollama(?!\.(?:ai|com))|(?:resolve host:? |Failed to resolve ')(?:[\w-]{1,30}\.)?ollama(?!\.(?:ai|com))`,
    String.raw`Cannot connect to the Docker daemon|container \S{0,60}ollama\S{0,60} is unhealthy|^Error: timed out waiting for server to start|msg="ollama exited" err="exit status [1-9]`,
    String.raw`Failed to discover Ollama models: (?:TypeError: )?fetch failed`,
    // LiteLLM's names of its errors.
    String.raw`\bollama(?:_chat)?Exception\b.{0,80}(?:Connection refused|connection attempts failed|Cannot connect)`,
    refusedAt(11_434),
    String.raw`^GET \S{1,300} failed: (?:connection refused|no answer within|.{0,100}(?:reset|closed))|did not answer watch`,
  ].join('|'),
  'i',
);

/** systemd's end of it. */
const notStarted =
  /ollama\.service: (?:Start request repeated too quickly|Main process exited, code=exited, status=[1-9]|Failed with result 'exit-code')|Failed to start (?:ollama\.service|Ollama Service)|(?:Failed to pull image|Back-?off (?:restarting failed container|pulling image)) .{0,80}ollama/i;

export default {
  step: 3,
  weight: 'root',
  title: { en: 'Ollama is down or does not answer', zh: 'Ollama 未运行或无应答' },
  explanation: {
    en: 'The program that runs the model is not installed, not started, or answers nothing at all, so every chat fails.',
    zh: '运行模型的程序未安装、未启动或完全无应答,所有聊天都会失败。',
  },
  reads: ['ollama-log', 'ollama-api'],
  match: (records) => [...records.filter((record) => says(record, absent)), ...refusedApart(records, 11_434)],
  hint: (records) => [...stoppedUnit(records, 'ollama'), ...lines(notStarted)(records)],
  beats: ['ollama-slow', 'upstream-timeout', 'client-abort', 'runner-hang', 'hot-queue-wait'],
  fix: ['systemctl restart ollama', 'journalctl -u ollama -n 300 --no-pager'],
  confirm: ['curl -v http://localhost:11434/api/tags', 'systemctl status ollama --no-pager'],
  example: { kind: 'ollama-api', text: 'GET http://localhost:11434/api/version failed: connection refused' },
} satisfies Cause;
