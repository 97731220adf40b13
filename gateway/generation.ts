import type { OllamaChatRequest } from '../src/ollama.ts';
import { admitPrompt, parseBody } from './admission/prompt.ts';
import { type Builder, type Chunks, plainSignal, sendStream, sendWhole } from './answer.ts';
import type { Exchange, Stages } from './route.ts';
import type { ReplyFrame } from './translate/chat/reply.ts';
import type { ChatTranslation } from './translate/chat/request.ts';
import type { Fields } from './translate/fields.ts';
import { type ModelPolicy, policyOf } from './translate/policy.ts';

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
  const { record, reply } = exchange;
  const body = parseBody(exchange.request.body);
  const promptChars = admitPrompt(body, stages.config.limits.max_prompt_chars);
  const { request, stream, includeUsage, ignored } = api.translate(body, policyOf(stages.config.models, body['model']));
  record.describe({ model: request.model, stream, promptChars, messages: request.messages.length });
  if (ignored.length > 0) reply.header('x-gateway-ignored-params', headerSafe(ignored.join(', ')));
  const frame = frameOf(exchange, stages, api.idPrefix, request);
  const signal = stream ? exchange.signal : plainSignal(exchange, stages);
  const records = stages.upstream.chat(request, { progress: record, signal });
  if (stream) await sendStream(exchange, stages, records, api.chunks(frame, includeUsage));
  else await sendWhole(exchange, records, api.builder(frame));
}

/** Names of parameters are the caller's: whatever a header cannot carry is replaced. */
export const headerSafe = (text: string) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 1000);

function frameOf(
  { inbound }: Exchange,
  { clock, config }: Stages,
  prefix: string,
  request: OllamaChatRequest,
): ReplyFrame {
  const limit = request.options?.['num_predict'];
  return {
    id: prefix + inbound.requestId.replaceAll('-', ''),
    created: Math.floor(clock.now() / 1000),
    model: request.model,
    maxTokens: typeof limit === 'number' && limit > 0 ? limit : undefined,
    strip: config.response_filter.strip,
  };
}
