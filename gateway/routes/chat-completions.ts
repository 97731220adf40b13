import { generate } from '../generation.ts';
import type { ApiRoute } from '../route.ts';
import { ReplyBuilder } from '../translate/chat/reply.ts';
import { translateChat } from '../translate/chat/request.ts';
import { ChunkStream } from '../translate/chat/stream.ts';

const route: ApiRoute = {
  method: 'POST',
  path: '/chat/completions',
  open: false,
  generation: true,
  handle: (exchange, stages) =>
    generate(exchange, stages, {
      idPrefix: 'chatcmpl-',
      translate: translateChat,
      chunks: (frame, includeUsage) => new ChunkStream(frame, includeUsage),
      builder: (frame) => new ReplyBuilder(frame),
    }),
};

export default route;
