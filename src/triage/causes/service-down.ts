import { type Cause, lines } from '../cause.ts';

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
    /Command 'ollama' not found|ollama: command not found|dial tcp \S{0,60}:11434: connect: connection refused|^GET \S{1,300} failed: (?:connection refused|no answer within|.{0,100}(?:reset|closed))|did not answer watch/i,
  ),
  beats: ['ollama-slow', 'upstream-timeout', 'client-abort', 'runner-hang', 'hot-queue-wait'],
  fix: ['systemctl restart ollama', 'journalctl -u ollama -n 300 --no-pager'],
  confirm: ['curl -v http://localhost:11434/api/tags', 'systemctl status ollama --no-pager'],
  example: { kind: 'ollama-api', text: 'GET http://localhost:11434/api/version failed: connection refused' },
} satisfies Cause;
