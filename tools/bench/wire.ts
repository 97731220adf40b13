/** Tokens of a plain answer. They come at once, so that the figure is the cost of a request and not of its tokens. */
export const plainTokens = 16;

/**
 * What the mock does with a request, chosen by the name of its model: `plain` answers at once, `first` says one token
 * and then ends, `running` and `held` never end.
 */
export const models = {
  plain: 'bench-plain:latest',
  first: 'bench-first:latest',
  running: 'bench-running:latest',
  held: 'bench-held:latest',
} as const;

/** Milliseconds between two tokens of an endless stream. */
export const tokenEveryMs = { running: 20, held: 2000 } as const;

export type EndlessModel = keyof typeof tokenEveryMs;

export const apiKey = 'bench-key-0123456789abcdef';

const system = 'You answer in one short sentence. '.repeat(8);

/** The bytes of one request, as a caller's HTTP client would send them. */
export function requestBytes(model: string, stream: boolean): Buffer {
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content: 'Why is the chat stuck?' },
  ];
  const body = JSON.stringify({ model, stream, temperature: 0.7, max_tokens: 256, messages });
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    `x-api-key: ${apiKey}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
