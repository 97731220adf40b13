import { z } from 'zod';
import * as ollama from '../catalogue/ollama.ts';
import { type Check, type CheckConfig, type CheckContext, sampleOf, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import { OpsError } from '../errors.ts';
import type { Sample } from '../expression/series.ts';
import type { OllamaPs } from '../ollama.ts';
import { askOllama } from '../probes/ollama.ts';
import { type ListeningSocket, listeningSockets } from '../probes/sockets.ts';

/** Context length of each model of each backend when it was last seen, and how often it was another one. */
const contexts = new Map<string, { length: number; changes: number }>();

const check: Check<CheckConfig> = {
  summary: {
    en: 'every Ollama: its models in memory, on GPU or CPU, and who can reach it',
    zh: '每个 Ollama:驻留模型、GPU/CPU 占比与监听地址',
  },
  metrics: Object.values(ollama),
  schema: z.strictObject({ every: schedule.prefault('30s'), timeout: duration.prefault('10s') }),
  async run({ timeout }, { endpoints, clock, log }) {
    const sockets = await listeningSockets();
    const samples = endpoints.ollama.map(async (base) => {
      const { hostname, host: backend } = new URL(base);
      const own = isLoopback(hostname) ? bindingOf(base, sockets) : undefined;
      const at = clock.now();
      const binding = own === undefined ? [] : [sampleOf(ollama.ollamaLoopbackOnly, { backend }, Number(own), at)];
      return [...binding, ...(await answerOf(base, backend, timeout * 0.8, { clock, log }))];
    });
    return (await Promise.all(samples)).flat();
  },
};

const isLoopback = (hostname: string) => /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);

/** Whether every socket on the port is bound to loopback; undefined when none of this machine is there to judge. */
function bindingOf(base: string, sockets: readonly ListeningSocket[] | undefined): boolean | undefined {
  const { port, protocol } = new URL(base);
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  const bound = sockets?.filter((socket) => socket.port === number) ?? [];
  return bound.length === 0 ? undefined : bound.every(({ loopback }) => loopback);
}

/** An Ollama that is down has no models: that is its state, not a failure of this check. */
async function answerOf(
  base: string,
  backend: string,
  timeoutMs: number,
  { clock, log }: Pick<CheckContext, 'clock' | 'log'>,
): Promise<Sample[]> {
  try {
    const { version, models, loaded } = await askOllama(base, timeoutMs);
    const at = clock.now();
    return [
      sampleOf(ollama.ollamaUp, { backend }, 1, at),
      sampleOf(ollama.ollamaInfo, { backend, version }, 1, at),
      sampleOf(ollama.ollamaModels, { backend }, models.length, at),
      ...loaded.flatMap((model) => modelSamples(backend, model, at)),
      ...(loaded.length === 0 ? [] : [sampleOf(ollama.ollamaResident, { backend, models: namesOf(loaded) }, 1, at)]),
    ];
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    log.debug({ backend, reason: thrown.message }, 'an Ollama does not answer');
    return [sampleOf(ollama.ollamaUp, { backend }, 0, clock.now())];
  }
}

const namesOf = (loaded: OllamaPs['models']): string =>
  loaded
    .map(({ name }) => name)
    .sort()
    .join(', ');

function modelSamples(backend: string, loaded: OllamaPs['models'][number], at: number): Sample[] {
  const { name: model, size, size_vram, context_length } = loaded;
  const labels = { backend, model };
  return [
    sampleOf(ollama.ollamaModelSize, labels, size, at),
    sampleOf(ollama.ollamaModelVram, labels, size_vram, at),
    ...(size > 0 ? [sampleOf(ollama.ollamaModelVramRatio, labels, size_vram / size, at)] : []),
    ...(context_length === undefined ? [] : contextSamples(backend, model, context_length, at)),
  ];
}

function contextSamples(backend: string, model: string, length: number, at: number): Sample[] {
  const key = `${backend} ${model}`;
  const before = contexts.get(key);
  const changes = before === undefined ? 0 : before.changes + Number(before.length !== length);
  contexts.set(key, { length, changes });
  return [
    sampleOf(ollama.ollamaModelContext, { backend, model }, length, at),
    sampleOf(ollama.ollamaContextChanges, { backend, model }, changes, at),
  ];
}

export default check;
