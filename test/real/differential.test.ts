import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatewaySchema } from '../../gateway/config.ts';
import { type Gateway, startGateway } from '../../gateway/main.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { cases } from './differential/cases.ts';
import { intended } from './differential/intended.ts';
import { covers, type Difference, differences } from './differential/judge.ts';
import { ask, type View } from './differential/view.ts';
import { ollamaAvailable, type RealOllama, startRealOllama } from './support/ollama.ts';
import { realPart } from './support/require.ts';

realPart('Ollama', ollamaAvailable)(
  'the gateway answers as Ollama’s own /v1 does, the written differences aside',
  () => {
    let ollama: RealOllama;
    let gateway: Gateway;
    let folder: string;
    const answers = new Map<string, View>();
    const found = new Map<string, readonly Difference[]>();

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'differential-'));
      ollama = await startRealOllama();
      gateway = await startGateway({
        config: gatewaySchema.parse({
          listen: '127.0.0.1:0',
          metrics_listen: '127.0.0.1:0',
          ollama_api: ollama.url,
          auth: { valid_keys: ['test-key'] },
          rate_limit: { enabled: false },
          response_filter: { strip: [] },
          error_format: 'openai',
          audit: { file: join(folder, 'audit.log') },
        }),
        telemetry: {},
        log: createLog('fatal', 'test'),
      });
      for (const each of cases) {
        const original = await ask(ollama.url, each);
        const answer = await ask(gateway.address, each);
        answers.set(each.name, answer);
        found.set(each.name, differences(original, answer));
      }
    });

    afterAll(async () => {
      await gateway?.close();
      await ollama?.stop();
      if (folder) await rm(folder, { recursive: true });
    });

    test.each(cases)('$path: $name', ({ name }) => {
      const unwanted = (found.get(name) ?? []).filter(
        (difference) => !intended.some((entry) => covers(entry, name, difference)),
      );
      expect(unwanted).toEqual([]);
    });

    test.each(intended)('the list is not stale: $subject', (entry) => {
      const shows = (name: string) => found.get(name)?.some((difference) => covers(entry, name, difference)) === true;
      if (entry.cases === 'errors') expect(cases.some(({ name }) => shows(name))).toBe(true);
      else expect(entry.cases.filter((name) => !shows(name))).toEqual([]);
    });

    test.each(cases)('a refusal says what is wrong: $name', ({ name }) => {
      const { status, 'error.message': message } = answers.get(name) ?? {};
      if (status === 200) expect(message).toBeUndefined();
      else expect(message).not.toMatch(/^the model rejected the request$|^internal error|^the model stopped/);
    });
  },
);
