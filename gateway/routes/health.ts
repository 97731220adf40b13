import type { OpenRoute } from '../route.ts';

/** Alive: says nothing about Ollama, so that a supervisor does not restart a gateway for its backend's fault. */
const route: OpenRoute = {
  method: 'GET',
  path: '/health',
  open: true,
  prefixed: true,
  async handle(reply) {
    await reply.send({ status: 'ok' });
  },
};

export default route;
