import { once } from 'node:events';
import { createWriteStream, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { locate } from '../../src/triage/evidence/locate.ts';
import { renderDiagnosis } from '../../src/triage/render.ts';
import { type TriageOptions, triage } from '../../src/triage/triage.ts';
import { auditLine, build, closeServers, gin } from './world.ts';

afterEach(closeServers);

const newest = Date.now() - 60_000;
const requests = 60_000;
const id = (number: number) => `request-${number}-of-many`;
const timeOf = (number: number) => new Date(newest - (requests - number) * 250);

/** Four hours, four requests a second, 17 MiB: twice what is read of one log. */
const lines = Array.from({ length: requests }, (_, number) =>
  auditLine({ request_id: id(number), time: timeOf(number).toISOString(), model: 'qwen3:32b' }),
);

describe('a request that is long ago in a log that is too large to be read whole', () => {
  const asked = 8000;
  let options: TriageOptions;
  const log = () => options.config.logs['gateway-log'];

  beforeAll(async () => {
    options = await build({ audit: [], ollamaLog: [gin('2s', timeOf(asked))] });
    closeServers();
    const file = createWriteStream(log());
    file.end(`${lines.join('\n')}\n`);
    await once(file, 'finish');
  });

  const ask = (requestId: string, window?: TriageOptions['window']) =>
    triage({ ...options, offline: true, requestId, ...(window ? { window } : {}) });

  test('is found, with its line in the other logs and those around it', async () => {
    expect(readFileSync(log()).length).toBeGreaterThan(16 << 20);
    const { request, sources } = await ask(id(asked));
    expect(request?.lines).toMatchObject([
      { kind: 'gateway-log', by: 'request_id', line: asked + 1 },
      { kind: 'ollama-log', by: 'time' },
    ]);
    expect(request?.fleet[0]?.neighbours).toBeGreaterThan(3000);
    expect(sources.find(({ kind }) => kind === 'gateway-log')).toMatchObject({ state: 'read' });
  });

  test('is told to be missing before anything is said of others', async () => {
    const diagnosis = await ask('request-of-nobody');
    expect(diagnosis.request).toEqual({ id: 'request-of-nobody', lines: [], fleet: [], complete: true });
    const text = renderDiagnosis(diagnosis, { language: 'en', colours: false });
    expect(text.indexOf('is in none of the logs that were read')).toBeGreaterThan(0);
    expect(text.indexOf('is in none of')).toBeLessThan(text.indexOf('Cause: '));
    expect((await ask(id(asked), { from: newest - 600_000, to: newest })).request?.lines).toEqual([]);
  });

  test('is not said to be missing where the log was not searched to its end', async () => {
    const window = { from: 0, to: newest };
    expect(await locate(log(), 'request-of-nobody', window, 0)).toEqual({ complete: false });
    const logs = { 'gateway-log': 'docker:gateway-of-nobody' };
    const diagnosis = await triage({ ...options, offline: true, requestId: 'x', logs });
    expect(diagnosis.request).toEqual({ id: 'x', lines: [], fleet: [], complete: false });
    const text = renderDiagnosis(diagnosis, { language: 'en', colours: false });
    expect(text).toContain("was not found, but not every line of the gateway's log was searched");
  });

  test('is found in a packed file of a rotated set', async () => {
    writeFileSync(`${log()}.1.gz`, gzipSync(readFileSync(log()), { level: 1 }));
    writeFileSync(log(), `${auditLine({ request_id: 'now' })}\n`);
    const { request } = await ask(id(asked));
    expect(request?.lines[0]).toMatchObject({ kind: 'gateway-log', line: asked + 1 });
    rmSync(`${log()}.1.gz`);
  });
});
