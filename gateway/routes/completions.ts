import { generate } from '../generation.ts';
import type { ApiRoute } from '../route.ts';
import { CompletionBuilder, translateCompletion } from '../translate/completions.ts';

const route: ApiRoute = {
  method: 'POST',
  path: '/completions',
  open: false,
  generation: true,
  handle: (exchange, stages) =>
    generate(exchange, stages, {
      idPrefix: 'cmpl-',
      translate: translateCompletion,
      chunks: (frame, includeUsage) => new CompletionBuilder(frame, includeUsage),
      builder: (frame) => new CompletionBuilder(frame, false),
    }),
};

export default route;
