import type { OpenRoute, Stages } from '../route.ts';
import { resolveModel } from '../upstream/models.ts';

/** Ready: a backend answers and has a model, or all of `models.required`. */
const route: OpenRoute = {
  method: 'GET',
  path: '/ready',
  open: true,
  async handle(reply, stages) {
    const ready = !stages.draining() && (await hasModels(stages));
    await reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'unavailable' });
  },
};

export default route;

async function hasModels({ upstream, config: { models } }: Stages): Promise<boolean> {
  try {
    const names = (await upstream.models()).models.map(({ name }) => name);
    for (const required of models.required) resolveModel(names, required, models.alias);
    return names.length > 0;
  } catch {
    return false;
  }
}
