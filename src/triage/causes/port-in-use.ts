import { type Cause, lines } from '../cause.ts';
import { systemError } from '../system-errors.ts';

export default {
  step: 3,
  nearest: true,
  weight: 'minor',
  title: { en: 'The port is taken', zh: '端口已被占用' },
  explanation: {
    en: 'A server could not start because another holds its port, usually the Ollama that already runs. Often harmless: the first server is fine.',
    zh: '服务未能启动,因为端口已被占用,通常是已在运行的 Ollama。多半无害:第一个服务正常。',
  },
  reads: ['ollama-log'],
  match: lines(
    // The system says the reason in its own language.
    new RegExp(
      [
        String.raw`listen tcp[46]? \S{0,60}:\d{1,5}: bind: (?!.{0,20}(?:cannot assign|can't assign|${systemError('denied')}))`,
        String.raw`port is already allocated|\b11434\b.{0,80}${systemError('inUse')}|\[Errno (?:98|48|10048)\] ?(?:.{0,80}\bbind|${systemError('inUse')})|couldn.t bind HTTP server socket`,
      ].join('|'),
      'i',
    ),
    /nginx|:(?:80|443)\b/,
  ),
  beats: ['service-stopped'],
  fix: ['ss -ltnp | grep 11434', 'systemctl restart ollama'],
  confirm: ['curl -s http://localhost:11434/api/version'],
  example: { kind: 'ollama-log', text: 'Error: listen tcp 127.0.0.1:11434: bind: address already in use' },
} satisfies Cause;
