import type { OllamaChatRequest } from '../src/ollama.ts';
import { admitPrompt, parseBody } from './admission/prompt.ts';
import { type Builder, type Chunks, sendStream, sendWhole } from './answer.ts';
import { startDeadlines } from './deadlines.ts';
import type { Exchange, Stages } from './route.ts';
import type { ReplyFrame } from './translate/chat/reply.ts';
import type { ChatTranslation } from './translate/chat/request.ts';
import type { Fields } from './translate/fields.ts';
import { type ModelPolicy, policyOf } from './translate/policy.ts';
import type { UpstreamCall } from './upstream/upstream.ts';

/** What the two generation APIs differ in. */
export interface GenerationApi {
  /** Prefix of the reply's id. */
  readonly idPrefix: string;
  translate(body: Fields, policy: ModelPolicy): ChatTranslation;
  chunks(frame: ReplyFrame, includeUsage: boolean): Chunks;
  builder(frame: ReplyFrame): Builder;
}

/** The stages of a generation request after its admission: prompt → translation → upstream → answer. */
export async function generate(exchange: Exchange, stages: Stages, api: GenerationApi): Promise<void> {
  const { record } = exchange;
  const { config, upstream } = stages;
  const body = parseBody(exchange.request.body);
  const promptChars = admitPrompt(body, config.limits.max_prompt_chars);
  const { request, stream, includeUsage, ignored } = api.translate(body, policyOf(config.models, body['model']));
  record.describe({ model: request.model, stream, promptChars, messages: request.messages.length });
  nameIgnored(exchange, ignored);
  const frame = frameOf(exchange, stages, api.idPrefix, request);
  const cancelDeadlines = startDeadlines(exchange, stages, request.model, stream);
  const ask = (onRecords: Parameters<typeof upstream.chat>[2]) =>
    upstream.chat(request, upstreamCall(exchange), onRecords);
  try {
    if (stream) await sendStream(exchange, stages, ask, api.chunks(frame, includeUsage));
    else await sendWhole(exchange, ask, api.builder(frame));
  } finally {
    cancelDeadlines();
  }
}

/** What the upstream has to know of the request around a prompt. */
export function upstreamCall({ admitted, record, signal, reply }: Exchange): UpstreamCall {
  return {
    identity: admitted.identity,
    progress: record,
    signal,
    trace: record,
    onTruncation(certain) {
      if (certain) record.truncated();
      if (!reply.raw.headersSent) reply.header('x-gateway-prompt-truncated', certain ? 'true' : 'likely');
    },
  };
}

/** Tells the caller which of its parameters have no effect. */
export function nameIgnored({ reply }: Exchange, ignored: readonly string[]): void {
  if (ignored.length > 0) reply.header('x-gateway-ignored-params', headerSafe(ignored.join(', ')));
}

/** Names of parameters are the caller's: whatever a header cannot carry is replaced. */
const headerSafe = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 1000);

function frameOf(
  { inbound }: Exchange,
  { clock, config }: Stages,
  prefix: string,
  { model, options }: OllamaChatRequest,
): ReplyFrame {
  const limit = options?.['num_predict'];
  return {
    id: prefix + inbound.requestId.replaceAll('-', ''),
    created: Math.floor(clock.now() / 1000),
    model,
    maxTokens: typeof limit === 'number' && limit > 0 ? limit : undefined,
    strip: config.response_filter.strip,
  };
}
