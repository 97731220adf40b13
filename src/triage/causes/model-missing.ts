import { type Cause, generation } from '../cause.ts';

const notFound =
  /\bmodel ['"`\\]*[\w./:-]+['"`\\]* not found|\bmodel ['"`][\w./:-]+['"`] was not found|\bmodel (?:is )?not found\b|try pulling it first|404 (?:Client Error: )?Not Found\W{0,3} for url:? ['"]?\S{1,80}:11434\/(?:api\/(?:chat|generate|embed)|v1\/)|\bmodel [`'"]?[\w./:-]+[`'"]? does not exist|No Ollama models found|\bUnknown model: \S|pull model manifest: (?:404|file does not exist)/i;

/** A version that lacks the route answers within this time; to find out that a model is missing takes longer. */
const noRouteSeconds = 30e-6;

export default {
  step: 3,
  weight: 'minor',
  title: { en: 'The model does not exist here', zh: '模型不存在' },
  explanation: {
    en: 'A caller asked for a model that Ollama does not have. Other models work.',
    zh: '调用方请求了 Ollama 中没有的模型,其他模型正常。',
  },
  reads: ['ollama-log', 'gateway-log'],
  match: (records) =>
    records.filter(
      ({ gin, audit, message }) =>
        (gin?.status === 404 && gin.method === 'POST' && gin.seconds > noRouteSeconds && generation.test(gin.path)) ||
        audit?.error === 'model_not_found' ||
        notFound.test(message),
    ),
  fix: ['ollama list', 'ollama pull qwen3:32b'],
  confirm: ['curl -s http://localhost:11434/api/tags'],
  example: {
    kind: 'ollama-log',
    text: '[GIN] 2026/11/23 - 02:45:40 | 404 |     943.304µs |       127.0.0.1 | POST     "/api/chat"',
  },
} satisfies Cause;
