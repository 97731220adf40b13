import { type Cause, lines } from '../cause.ts';

export default {
  step: 3,
  nearest: true,
  weight: 'minor',
  title: { en: 'The prompt was cut', zh: '提示词被截断' },
  explanation: {
    en: 'The conversation is longer than the context window. The answer comes, but ignores what was cut off.',
    zh: '对话超出上下文窗口。会有回答,但忽略了被截掉的内容。',
  },
  reads: ['ollama-log'],
  match: lines(
    /truncating input (?:prompt|messages)|\binput truncated\b|\bcontext overflow: |exceeds model context window|context window too small|(?:exceeds?|larger than) (?:the |its )?(?:model's )?(?:available |max(?:imum)? )?context (?:size|length)/i,
    // A setting that the model could do without.
    /n_ctx_train/,
  ),
  // The beginning is dropped while the answer is written, which may be an endless one.
  hint: lines(/context limit hit - shifting|slot context shift, /),
  fix: ['systemctl edit ollama   # [Service] Environment=OLLAMA_CONTEXT_LENGTH=16384', 'systemctl restart ollama'],
  confirm: ['ollama ps'],
  example: {
    kind: 'ollama-log',
    text: 'time=2026-01-15T11:48:53.965Z level=WARN source=runner.go:153 msg="truncating input prompt" limit=4096 prompt=6537',
  },
} satisfies Cause;
