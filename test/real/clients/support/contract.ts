import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ollamaAvailable } from '../../support/ollama.ts';
import { realPart } from '../../support/require.ts';
import { type Client, type Mistake, schema, toolResult } from './client.ts';
import { type Servers, startServers } from './servers.ts';

export interface Expectations {
  /** Class of the error of each mistake. */
  readonly errors: Readonly<Record<Mistake, string>>;
  /** Whether the client shows its users the header `Retry-After`. */
  readonly tellsRetryAfter: boolean;
  /** False where a part that the client needs is missing. */
  readonly available?: boolean;
}

const sentence =
  'Hello! I am a tiny model used to test the gateway. Every answer is this sentence, word by wörd ☃ 你好…';

const statusOf = { 'wrong key': 401, 'unknown model': 404, 'too many requests': 429, 'bad request': 400 } as const;

const messageOf = {
  'wrong key': 'invalid api key',
  'unknown model': "model 'nope' not found",
  'too many requests': 'rate limit exceeded',
  'bad request': 'prompt too long, max 32768 chars',
} as const;

/** What every client library of OpenAI's API must be able to do through the gateway, before a real Ollama. */
export function clientContract(
  name: string,
  client: Client,
  { available = true, ...expectations }: Expectations,
): void {
  realPart(`Ollama and ${name}`, ollamaAvailable && available)(`${name} through the gateway`, () => {
    let servers: Servers;
    beforeAll(async () => {
      servers = await startServers();
    });
    afterAll(() => servers?.close());

    describe.each(['filtered', 'complete'] as const)('with %s answers', (which) => {
      const answers = (call: keyof Client, read: (server: Servers['filtered']) => Promise<void>) =>
        test(call, () => read(servers[which]));

      answers('chat', async (server) => expect(await client.chat(server)).toContain(sentence));
      answers('stream', async (server) => expect(await client.stream(server)).toContain(sentence));
      answers('toolRound', async (server) => {
        const call = { name: 'get_weather', args: { city: 'Paris', unit: 'celsius' } };
        expect(await client.toolRound(server)).toEqual(call);
        expect((await servers.audit()).at(-1)).toMatchObject({ model: 'tiny-tools', messages: 3, outcome: 'ok' });
      });
      answers('structured', async (server) =>
        expect(await client.structured(server)).toEqual({ answer: schema.properties.answer.enum[0] }),
      );
      answers('embed', async (server) => {
        const vectors = await client.embed(server, ['a', toolResult]);
        expect(vectors.map(({ length }) => length)).toEqual([128, 128]);
        expect(vectors.flat().every((value) => Number.isFinite(value) && Math.abs(value) <= 1)).toBe(true);
      });
    });

    test.each(Object.keys(statusOf) as Mistake[])('%s is the client’s own class of error', async (mistake) => {
      const server = mistake === 'too many requests' ? servers.exhausted : servers.filtered;
      const failure = await client.fail(server, mistake);
      expect(failure).toMatchObject({ status: statusOf[mistake], name: expectations.errors[mistake] });
      expect(failure.message).toContain(messageOf[mistake]);
      if (mistake !== 'too many requests' || !expectations.tellsRetryAfter) return;
      expect(Number(failure.retryAfter)).toBeGreaterThan(0);
      expect(Number(failure.retryAfter)).toBeLessThanOrEqual(60);
    });

    test('leaving a stream ends the work of Ollama', async () => {
      const ended = async () => (await servers.ollamaLog()).match(/GIN.*\/api\/chat"/g)?.length ?? 0;
      const before = await ended();
      await client.leave(servers.filtered);
      await vi.waitUntil(async () => (await servers.audit()).some(({ model }) => model === 'tiny-loop'), 10_000);
      await vi.waitUntil(async () => (await ended()) > before, 10_000);
      const line = (await servers.audit()).find(({ model }) => model === 'tiny-loop');
      expect(line).toMatchObject({ outcome: 'aborted', aborted: true, status: 200 });
    });
  });
}
