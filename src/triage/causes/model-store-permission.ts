import { type Cause, lines } from '../cause.ts';
import { systemError } from '../system-errors.ts';

export default {
  step: 3,
  nearest: true,
  weight: 'root',
  title: { en: 'Ollama may not read its model folder', zh: 'Ollama 无权读取模型目录' },
  explanation: { en: 'The folder of OLLAMA_MODELS belongs to another user.', zh: 'OLLAMA_MODELS 目录属于其他用户。' },
  reads: ['ollama-log'],
  match: lines(
    new RegExp(
      [
        `${systemError('denied')}.{0,120}(?:ensure path|models)`,
        String.raw`\b(?:mkdir|open|openfile|stat|lstat|chmod|rename|remove|write|create|readlink|symlink) ["']?(?:[/\\~.]|[A-Z]:)(?::?[^:]){0,400}: ${systemError('denied')}`,
      ].join('|'),
      'i',
    ),
    // The GPU's files are no part of the store, nor is another unit's file.
    /\/dev\/|fork\/exec|\.pem\b|\bPID file\b|^init: /,
  ),
  beats: ['service-down', 'service-stopped', 'gpu-not-detected'],
  fix: ['chown -R ollama:ollama /usr/share/ollama/.ollama/models', 'systemctl restart ollama'],
  confirm: ['sudo -u ollama ls /usr/share/ollama/.ollama/models'],
  example: {
    kind: 'ollama-log',
    text: 'Error: mkdir /data/models/blobs: permission denied: ensure path elements are traversable',
  },
} satisfies Cause;
