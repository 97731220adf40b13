import { admitPrompt, parseBody } from '../admission/prompt.ts';
import { startDeadlines } from '../deadlines.ts';
import { nameIgnored, upstreamCall } from '../generation.ts';
import type { ApiRoute } from '../route.ts';
import { embedFields, toOpenAiEmbeddings, translateEmbeddings } from '../translate/embeddings.ts';
import { policyOf } from '../translate/policy.ts';

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
    nameIgnored(exchange, ignored);
    const { pinned } = policyOf(stages.config.models, model);
    const request = { model, input, ...(dimensions === undefined ? {} : { dimensions }), ...embedFields(pinned) };
    const cancelDeadlines = startDeadlines(exchange, stages, model, false);
    const asked = stages.upstream.embed(request, upstreamCall(exchange)).finally(cancelDeadlines);
    const { embeddings, prompt_eval_count, load_duration } = await asked;
    record.received({
      done: true,
      ...(prompt_eval_count === undefined ? {} : { prompt_eval_count }),
      ...(load_duration === undefined ? {} : { load_duration }),
    });
    await reply.send(toOpenAiEmbeddings(translation, embeddings, prompt_eval_count));
  },
};

export default route;
