import { type Cause, generation } from '../cause.ts';

const busy = /maximum pending requests exceeded|no slots available|AI service is temporarily overloaded/i;

export default {
  step: 3,
  weight: 'root',
  title: { en: 'The queue is full', zh: '队列已满' },
  explanation: {
    en: 'More requests wait than the queue holds, so new ones are refused at once. One stuck answer can be the reason.',
    zh: '等待的请求超出队列容量,新请求立即被拒绝。也可能是一个回答卡住所致。',
  },
  reads: ['ollama-log', 'gateway-log'],
  match: (records) =>
    records.filter(
      ({ message, gin, audit }) =>
        busy.test(message) || audit?.error === 'queue_full' || (gin?.status === 503 && generation.test(gin.path)),
    ),
  beats: ['hot-queue-wait', 'ollama-slow', 'gateway-rejected'],
  fix: [
    'ollama ps',
    'systemctl edit ollama   # [Service] Environment=OLLAMA_NUM_PARALLEL=4 OLLAMA_MAX_QUEUE=512',
    'systemctl restart ollama',
  ],
  confirm: ['curl -s http://127.0.0.1:9464/inflight'],
  example: {
    kind: 'ollama-log',
    text: '{"error": "server busy, please try again.  maximum pending requests exceeded"}',
  },
} satisfies Cause;
