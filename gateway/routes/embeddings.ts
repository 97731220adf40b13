import { admitPrompt, parseBody } from '../admission/prompt.ts';
import { plainSignal } from '../answer.ts';
import { headerSafe } from '../generation.ts';
import type { ApiRoute } from '../route.ts';
import { toOpenAiEmbeddings, translateEmbeddings } from '../translate/embeddings.ts';

const route: ApiRoute = {
  method: 'POST',
  path: '/embeddings',
  open: false,
  generation: true,
  async handle(exchange, stages) {
    const { record, reply } = exchange;
    const body = parseBody(exchange.request.body);
    const promptChars = admitPrompt(body, stages.config.limits.max_prompt_chars);
    const translation = translateEmbeddings(body);
    const { model, input, dimensions, ignored } = translation;
    record.describe({ model, stream: false, promptChars, messages: null });
    if (ignored.length > 0) reply.header('x-gateway-ignored-params', headerSafe(ignored.join(', ')));
    const request = { model, input, ...(dimensions === undefined ? {} : { dimensions }) };
    const call = { progress: record, signal: plainSignal(exchange, stages) };
    const { embeddings, prompt_eval_count, load_duration } = await stages.upstream.embed(request, call);
    record.received({
      done: true,
      ...(prompt_eval_count === undefined ? {} : { prompt_eval_count }),
      ...(load_duration === undefined ? {} : { load_duration }),
    });
    await reply.send(toOpenAiEmbeddings(translation, embeddings, prompt_eval_count));
  },
};

export default route;
