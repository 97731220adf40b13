import type { LogRecord } from '../../logs/record.ts';
import type { Cause } from '../cause.ts';

/** The loads of a model whose context size differs from the load before, when that happened at least twice. */
function thrash(records: readonly LogRecord[]): LogRecord[] {
  let model = '';
  const sizes = new Map<string, string>();
  const changes = records.filter(({ message }) => {
    model = /--model (\S+)/.exec(message)?.[1] ?? model;
    const size = / (?:-c|--ctx-size) (\d+)|KvSize:(\d+)/.exec(message);
    const context = size?.[1] ?? size?.[2];
    if (context === undefined) return false;
    const before = sizes.get(model);
    sizes.set(model, context);
    return before !== undefined && before !== context;
  });
  return changes.length >= 2 ? changes : [];
}

/** The scheduler, at level debug, found a model loaded and yet unloads it, for the next request to load it anew. */
function reloaded(records: readonly LogRecord[]): LogRecord[] {
  let loaded: string | undefined;
  return records.filter(({ message }) => {
    const [, evaluated] = /"evaluating already loaded" model=(\S+)/.exec(message) ?? [];
    loaded = evaluated ?? loaded;
    return loaded !== undefined && message.includes(`to expire immediately to make room" modelPath=${loaded}`);
  });
}

export default {
  step: 3,
  weight: 'root',
  title: { en: 'The model is reloaded again and again', zh: '模型被反复重新加载' },
  explanation: {
    en: 'Callers ask the same model with different num_ctx; each change restarts the runner and everyone waits for the load.',
    zh: '不同调用方对同一模型使用不同的 num_ctx,每次变化都会重启推理进程,所有人等待加载。',
  },
  reads: ['ollama-log'],
  match: thrash,
  hint: reloaded,
  beats: ['ollama-slow', 'client-abort'],
  fix: [
    'Send one num_ctx for all callers, or none and set OLLAMA_CONTEXT_LENGTH.',
    "journalctl -u ollama | grep -oE 'runner.*(-c|ctx-size) [0-9]+|KvSize:[0-9]+' | sort | uniq -c",
  ],
  confirm: ['ollama ps'],
  example: {
    kind: 'ollama-log',
    text: 'msg="starting llama-server" cmd="llama-server --model /blobs/sha256-a6b2 --port 4586 -c 2048 -np 1"\nmsg="starting llama-server" cmd="llama-server --model /blobs/sha256-a6b2 --port 4586 -c 4096 -np 1"\nmsg="starting llama-server" cmd="llama-server --model /blobs/sha256-a6b2 --port 4586 -c 2048 -np 1"',
  },
} satisfies Cause;
