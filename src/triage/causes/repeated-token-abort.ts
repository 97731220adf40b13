import { type Cause, lines } from '../cause.ts';

export default {
  step: 3,
  weight: 'minor',
  title: { en: 'The model repeated itself and was stopped', zh: '模型重复输出被中止' },
  explanation: {
    en: 'The model wrote the same token again and again; Ollama ended the answer.',
    zh: '模型反复输出同一 token,Ollama 中止了回答。',
  },
  reads: ['ollama-log'],
  match: lines(/token repeat limit reached/i),
  fix: ['Lower the temperature or set repeat_penalty 1.1 in the Modelfile.'],
  confirm: ['journalctl -u ollama -n 300 --no-pager'],
  example: {
    kind: 'ollama-log',
    text: 'time=2026-11-23T03:03:09.106Z level=DEBUG source=llama_server.go:1701 msg="prediction aborted, token repeat limit reached"',
  },
} satisfies Cause;
