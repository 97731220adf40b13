import { OpsError } from '../../src/errors.ts';
import type { ApiRoute } from '../route.ts';
import { toOpenAiModels } from '../translate/models.ts';

/** Ids contain slashes where a model comes from a registry of one's own, so the rest of the path is the id. */
const route: ApiRoute = {
  method: 'GET',
  path: '/models/*',
  open: false,
  generation: false,
  async handle({ request, reply }, { upstream }) {
    const id = (request.params as { '*': string })['*'];
    const tag = await upstream.resolve(id);
    const model = toOpenAiModels(await upstream.models()).find((candidate) => candidate.id === tag);
    if (!model) throw new OpsError('model_not_found', { model: id });
    await reply.send({ ...model, id });
  },
};

export default route;
