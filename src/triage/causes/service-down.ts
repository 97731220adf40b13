import { type Cause, lines } from '../cause.ts';

/** How programs in several languages say that nobody listens. */
const refusal =
  '(?:connection refused|ECONNREFUSED|connect call failed|(?:failed|unable) to (?:connect|establish)|cannot connect|actively refused)';

export default {
  step: 3,
  weight: 'root',
  title: { en: 'Ollama is down or does not answer', zh: 'Ollama 未运行或无应答' },
  explanation: {
    en: 'The program that runs the model is not installed, not started, or answers nothing at all, so every chat fails.',
    zh: '运行模型的程序未安装、未启动或完全无应答,所有聊天都会失败。',
  },
  reads: ['ollama-log', 'ollama-api'],
  match: lines(
    new RegExp(
      [
        String.raw`ollama'?:? (?:command )?not found|could(?: not|n't) connect to (?:a running |the )?ollama|Unit ollama\.service (?:could not be|not) (?:found|loaded)`,
        String.raw`\b11434\b.{0,400}${refusal}|${refusal}.{0,200}\b11434\b`,
        String.raw`^GET \S{1,300} failed: (?:connection refused|no answer within|.{0,100}(?:reset|closed))|did not answer watch`,
      ].join('|'),
      'i',
    ),
  ),
  beats: ['ollama-slow', 'upstream-timeout', 'client-abort', 'runner-hang', 'hot-queue-wait'],
  fix: ['systemctl restart ollama', 'journalctl -u ollama -n 300 --no-pager'],
  confirm: ['curl -v http://localhost:11434/api/tags', 'systemctl status ollama --no-pager'],
  example: { kind: 'ollama-api', text: 'GET http://localhost:11434/api/version failed: connection refused' },
} satisfies Cause;
