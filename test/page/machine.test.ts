import { expect, test } from 'vitest';
import type { PageState } from '../../src/page/state.ts';
import { pageRig } from './support.ts';

/** The page's state in a language, with these samples of a moment ago. */
async function stateWith(
  samples: readonly (readonly [name: string, labels: object, value: number])[],
  language = 'en',
) {
  const rig = await pageRig();
  const at = rig.clock.now() - 1000;
  rig.samples.append(samples.map(([name, labels, value]) => ({ name, labels: { ...labels }, value, at })));
  const reply = await fetch(`${rig.url}/api/state`, { headers: { 'accept-language': language } });
  return (await reply.json()) as PageState;
}

test('models in memory, the largest first, with what of them the CPU computes', async () => {
  const [small, large] = ['small', 'large'].map((model) => ({ model, backend: 'http://127.0.0.1:11434' }));
  const { models } = await stateWith([
    ['ops_ollama_model_vram_bytes', small ?? {}, 1e9],
    ['ops_ollama_model_vram_bytes', large ?? {}, 2e10],
    ['ops_ollama_model_vram_ratio', large ?? {}, 0.8],
    ['ops_ollama_model_context_tokens', large ?? {}, 8192],
  ]);
  expect(models).toMatchObject([
    { model: 'large', vram: 2e10, ratio: 0.8, context: 8192 },
    { model: 'small', vram: 1e9, ratio: null, context: null },
  ]);
});

test.each([
  ['en', 'its chain is incomplete'],
  ['zh-CN', '证书链不完整'],
])('%s: certificates, the first to end first, with what is wrong with them', async (language, problem) => {
  const soon = { target: 'ai.example:443', source: 'live' };
  const later = { target: '/etc/ssl/other.pem', source: 'file' };
  const end = (days: number) => Date.parse('2026-11-25T03:12:00Z') / 1000 + days * 86_400;
  const { certificates } = await stateWith(
    [
      ['ops_tls_cert_not_after_timestamp_seconds', later, end(60.5)],
      ['ops_tls_cert_not_after_timestamp_seconds', soon, end(5.5)],
      ['ops_tls_cert_problem', { ...soon, problem: 'chain_incomplete' }, 1],
      ['ops_tls_cert_problem', { ...soon, problem: 'expired' }, 0],
      ['ops_tls_cert_file_matches_live', { target: 'ai.example:443' }, 0],
    ],
    language,
  );
  expect(certificates).toEqual([
    { ...soon, daysLeft: 5, problems: [problem], reloaded: false },
    { ...later, daysLeft: 60, problems: [], reloaded: true },
  ]);
});

test('a mail that was not taken yet waits in the outbox, with its incident', async () => {
  const { waitingMails } = await stateWith([]);
  expect(waitingMails).toMatchObject([
    { incident: 1, kind: 'firing', recipient: 'oncall@example.org', state: 'pending', attempts: 0 },
  ]);
});
