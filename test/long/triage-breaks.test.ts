import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createAuthority } from '../checks/support/authority.ts';
import { type Break, breaks } from '../real/support/breaks.ts';
import { ollamaAvailable } from '../real/support/ollama.ts';
import { findProgram } from '../real/support/programs.ts';
import { realPart } from '../real/support/require.ts';
import { type Site, type SiteOptions, startSite } from '../real/support/site.ts';
import { temporaryFolder } from '../support/ops.ts';

const authority = createAuthority();
const ollamaHome = temporaryFolder('breaks-ollama');

/** Tells each fault and its verdict too; the times there are those of one run, whose annotations they were copied from. */
const page = readFileSync(new URL('../../docs/triage.md', import.meta.url), 'utf8');

const rowOf = ({ fault, way, cause, step }: Pick<Break, 'fault' | 'way' | 'cause' | 'step'>) =>
  `| ${fault} | ${way} | \`${cause}\` | ${step} |`;

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
    const { chat, triage, folder } = await start();
    expect(await chat({ model: 'tiny' })).toMatchObject({ status: 200 });
    // Its own probe must not be what a later walk stumbles over.
    await triage();
    const { verdict, sources } = await triage();
    expect(verdict.cause).toBe('healthy');
    expect(sources.find(({ kind }) => kind === 'nginx-probe')).toMatchObject({ state: 'read', lines: 1 });
    expect(readFileSync(join(folder, 'access.log'), 'utf8')).toMatch(/\/v1\/health.*"status":200.*ops-probe/);
    expect(readFileSync(join(folder, 'audit.log'), 'utf8')).not.toContain('/health');
  });

  test('one chat is followed through Nginx, the gateway and Ollama', async () => {
    const { chat, triage } = await start();
    for (let count = 0; count < 3; count += 1) await chat({ model: 'tiny' });
    const { id } = await chat({ model: 'tiny-loop', max_tokens: 40 });
    const { request } = await triage(id);
    expect(request?.id).toBe(id);
    expect(request?.lines.map(({ kind, by }) => [kind, by])).toEqual([
      ['nginx-access', 'request_id'],
      ['gateway-log', 'request_id'],
      ['ollama-log', 'time'],
    ]);
    const neighbour = await chat({ model: 'tiny' });
    const { request: usual } = await triage('--request-id', neighbour.id);
    expect(usual?.fleet.find(({ measure }) => measure === 'total')).toMatchObject({ neighbours: 3 });
  });

  test.for(breaks)('$fault ($way): $cause', async ({ fault, options, happen, cause, step, way }, { annotate }) => {
    const site = await start(options);
    await happen(site);
    const { verdict, steps, took_ms } = await site.triage();
    await annotate(`${rowOf({ fault, way, cause, step })} ${Math.round(took_ms)} ms |`);
    expect(verdict).toMatchObject({ cause, step });
    expect(steps[1]?.question).toContain(way === 'browser' ? 'Nginx → gateway' : 'Clawdbot → gateway');
    expect(page).toContain(rowOf({ fault, way, cause, step }));
  });
});
