import { admitPrompt, parseBody } from '../admission/prompt.ts';
import { ReplyBuilder, type ReplyFrame } from '../translate/chat/reply.ts';
import { translateChat } from '../translate/chat/request.ts';
import { ChunkStream } from '../translate/chat/stream.ts';
import { plainSignal, sendStream, sendWhole } from './support/answer.ts';
import type { ApiRoute, Exchange, Stages } from './support/route.ts';

const route: ApiRoute = {
  method: 'POST',
  path: '/chat/completions',
  open: false,
  generation: true,
  async handle(exchange, stages) {
    const { record, reply } = exchange;
    const body = parseBody(exchange.request.body);
    const promptChars = admitPrompt(body, stages.config.limits.max_prompt_chars);
    const { request, stream, includeUsage, ignored } = translateChat(body);
    record.describe({ model: request.model, stream, promptChars, messages: request.messages.length });
    if (ignored.length > 0) reply.header('x-gateway-ignored-params', ignored.join(', '));
    const frame = frameOf(exchange, stages, request.model);
    const signal = stream ? exchange.signal : plainSignal(exchange, stages);
    const records = stages.upstream.chat(request, { progress: record, signal });
    if (stream) await sendStream(exchange, stages, records, new ChunkStream(frame, includeUsage));
    else await sendWhole(exchange, records, new ReplyBuilder(frame));
  },
};

export default route;

function frameOf({ inbound }: Exchange, { clock, config }: Stages, model: string): ReplyFrame {
  return {
    id: `chatcmpl-${inbound.requestId.replaceAll('-', '')}`,
    created: Math.floor(clock.now() / 1000),
    model,
    strip: config.response_filter.strip,
  };
}
