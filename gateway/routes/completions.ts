import { generate } from '../generation.ts';
import type { ApiRoute } from '../route.ts';
import { CompletionBuilder, CompletionStream, translateCompletion } from '../translate/completions.ts';

const route: ApiRoute = {
  method: 'POST',
  path: '/completions',
  open: false,
  generation: true,
  handle: (exchange, stages) =>
    generate(exchange, stages, {
      idPrefix: 'cmpl-',
      translate: translateCompletion,
      chunks: (frame, includeUsage) => new CompletionStream(frame, includeUsage),
      builder: (frame) => new CompletionBuilder(frame),
    }),
};

export default route;
