import { afterEach, expect, test } from 'vitest';
import { createAuthority } from '../checks/support/authority.ts';
import { temporaryFolder } from '../support/ops.ts';
import { ollamaAvailable } from './support/ollama.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';
import { type Site, type SiteOptions, startSite } from './support/site.ts';

const authority = createAuthority();
const ollamaHome = temporaryFolder('breaks-ollama');

realPart('nginx and Ollama', findProgram('nginx') !== undefined && ollamaAvailable)('ops triage after a break', () => {
  let site: Site | undefined;
  afterEach(async () => {
    await site?.close();
    site = undefined;
  });

  const start = async (options: Partial<SiteOptions> = {}): Promise<Site> => {
    site = await startSite({ authority, ollamaHome, ...options });
    return site;
  };

  test('nothing is broken', async () => {
    const { chat, triage } = await start();
    expect(await chat({ model: 'tiny' })).toMatchObject({ status: 200 });
    const told = await triage();
    expect(told).toMatchObject({ verdict: { cause: 'healthy' } });
  });

  test('nginx is stopped', async () => {
    const { chat, triage, nginx } = await start();
    await chat({ model: 'tiny' });
    await nginx.stop();
    expect((await chat({ model: 'tiny' })).status).toBe(0);
    expect((await triage()).verdict).toMatchObject({ cause: 'nginx-down', step: 1 });
  });
});
