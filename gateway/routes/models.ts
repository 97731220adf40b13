import type { ApiRoute } from '../route.ts';
import { toOpenAiModels } from '../translate/models.ts';

const route: ApiRoute = {
  method: 'GET',
  path: '/models',
  open: false,
  generation: false,
  async handle({ reply }, { upstream }) {
    await reply.send({ object: 'list', data: toOpenAiModels(await upstream.models()) });
  },
};

export default route;
