import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { latencyBaseline, latencyPanel } from '../../dashboards/panels/latency.ts';
import type { Chart } from '../../src/page/charts.ts';
import { pageSchema } from '../../src/page/config.ts';
import type { PageState } from '../../src/page/state.ts';
import { heartbeatMs, lookMs } from '../../src/page/stream.ts';
import { activate, loadRuleGroups } from '../../src/rule.ts';
import { eventually, temporaryFolder } from '../support/ops.ts';
import { openStream, pageRig } from './support.ts';

const json = { 'content-type': 'application/json' };

async function tokenOf(url: string, headers: Record<string, string> = {}): Promise<string> {
  const reply = await fetch(`${url}/api/session`, { headers });
  return ((await reply.json()) as { csrf_token: string }).csrf_token;
}

/** fetch sets Host and Origin itself. */
function statusOf(url: string, method: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers }, (reply) => {
      reply.resume();
      resolve(reply.statusCode);
    })
      .on('error', reject)
      .end(method === 'POST' ? '{}' : undefined);
  });
}

describe('state stream', () => {
  test('sends the state, and again only when it has changed', async () => {
    const { page, clock, incidents, incident } = await pageRig();
    const reader = await openStream(page);
    await eventually('the first state', () => reader.text().includes('event: state'));
    clock.pass(lookMs * 3);
    incidents.operator.acknowledge(incident.id, clock.now());
    clock.pass(lookMs);
    await eventually('the acknowledgement', () => reader.text().includes('"acknowledged":true'));
    expect(reader.text().split('event: state').length - 1).toBe(2);
  });

  test('beats while nothing changes', async () => {
    const { page, clock } = await pageRig();
    const reader = await openStream(page);
    await eventually('the first state', () => reader.text().includes('event: state'));
    clock.pass(heartbeatMs + lookMs);
    await eventually('a beat', () => reader.text().includes('event: beat'));
  });

  test('speaks the language of each browser', async () => {
    const { page } = await pageRig();
    const [english, chinese] = await Promise.all([
      openStream(page),
      openStream(page, { 'accept-language': 'zh-CN,zh' }),
    ]);
    await eventually('both', () => english.text().includes('Needs attention') && chinese.text().includes('需要处理'));
  });

  test('drops a browser that does not read, and serves the others', async () => {
    const { page, clock, incidents } = await pageRig();
    const slow = await openStream(page);
    slow.response.pause();
    let ended = false;
    slow.response.on('close', () => (ended = true));
    const reader = await openStream(page);
    // Each look finds another silence: the states are new, and together far more than buffers of the kernel hold.
    for (let round = 0; round < 300; round++) {
      const createdAt = clock.now();
      const matchers = { rule: 'x'.repeat(40_000) };
      incidents.operator.silence({ matchers, createdAt, expiresAt: createdAt + 2 * lookMs, reason: '' });
      clock.pass(lookMs);
      await new Promise(setImmediate);
    }
    slow.response.resume();
    await eventually('the end of the slow one', () => ended);
    const before = reader.text().length;
    clock.pass(heartbeatMs + lookMs);
    await eventually('more for the other', () => reader.text().length > before);
  });
});

describe('changes', () => {
  test('acknowledge and silence an incident, and end the silence', async () => {
    const { url, incidents, incident } = await pageRig();
    const headers = { ...json, 'x-csrf-token': await tokenOf(url) };
    const post = (path: string, body: object) =>
      fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect((await post(`/incidents/${incident.id}/ack`, {})).status).toBe(200);
    expect(incidents.operator.acknowledged()).toEqual(new Set([incident.id]));
    const reply = await post(`/incidents/${incident.id}/silence`, { for: '2h', reason: 'new fan' });
    const { silence } = (await reply.json()) as { silence: number };
    const state = (await (await fetch(`${url}/api/state`)).json()) as PageState;
    expect(state.silences).toMatchObject([{ id: silence, matchers: 'uuid=GPU-0 rule=GpuHot', reason: 'new fan' }]);
    expect((await post(`/silences/${silence}/end`, {})).status).toBe(200);
    expect((await post(`/silences/${silence}/end`, {})).status).toBe(404);
    expect((await post('/incidents/999/ack', {})).status).toBe(404);
    expect((await post(`/incidents/${incident.id}/silence`, { for: 'long' })).status).toBe(400);
    expect((await post(`/incidents/${incident.id}/silence`, { for: '8d' })).status).toBe(400);
  });

  test.each([
    ['without the token', {}],
    ['with a wrong token', { 'x-csrf-token': 'x' }],
    ['from another origin', { origin: 'http://evil.example', right: 'yes' }],
    ['from another site', { 'sec-fetch-site': 'cross-site', right: 'yes' }],
  ])('are refused %s', async (_, { right, ...given }: Record<string, string>) => {
    const { url, incidents, incident } = await pageRig();
    const headers = { ...json, ...(right ? { 'x-csrf-token': await tokenOf(url) } : {}), ...given };
    expect(await statusOf(`${url}/incidents/${incident.id}/ack`, 'POST', headers)).toBe(403);
    expect(incidents.operator.acknowledged().size).toBe(0);
  });

  test('a name that is not the page’s own is refused', async () => {
    const { url } = await pageRig({ external_url: 'https://ops.example.com' });
    const ask = (host: string) => statusOf(`${url}/api/session`, 'GET', { host });
    expect(await ask('evil.example')).toBe(421);
    expect(await ask('ops.example.com')).toBe(200);
    expect(await ask('localhost:9465')).toBe(200);
  });
});

describe('login', () => {
  const token = 'correct horse battery';

  function tokenFile(text: string): string {
    const file = join(temporaryFolder('token'), 'token');
    writeFileSync(file, `${text}\n`);
    return file;
  }

  test('is demanded off loopback', () => {
    expect(pageSchema.safeParse({ listen: '0.0.0.0:9465' }).success).toBe(false);
    expect(pageSchema.safeParse({ listen: '0.0.0.0:9465', token_file: '/run/token' }).success).toBe(true);
    expect(pageSchema.safeParse({ listen: '[::1]:9465' }).success).toBe(true);
  });

  test('refuses a short token', async () => {
    await expect(pageRig({ token_file: tokenFile('short') })).rejects.toThrow(/16 characters/);
  });

  test.each(['/api/state', '/api/stream', '/api/charts', '/api/session', '/metrics', '/nothing'])(
    '%s tells nothing without it',
    async (path) => {
      const { url } = await pageRig({ token_file: tokenFile(token) });
      const reply = await fetch(url + path);
      expect(reply.status).toBe(401);
      expect(await reply.text()).not.toContain('GpuHot');
    },
  );

  test('gives a cookie that no script reads and no other site sends, until it expires', async () => {
    const { url, clock } = await pageRig({ token_file: tokenFile(token), external_url: 'https://ops.example.com' });
    const login = (given: string) =>
      fetch(`${url}/api/login`, { method: 'POST', headers: json, body: JSON.stringify({ token: given }) });
    expect((await login('wrong')).status).toBe(401);
    const cookie = (await login(token)).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
    expect(cookie).not.toContain(token);
    const ask = async (value: string) => (await fetch(`${url}/api/state`, { headers: { cookie: value } })).status;
    const [value = ''] = cookie.split(';');
    expect(await ask(value)).toBe(200);
    expect(await ask(value.replace(/=\d/, '=9'))).toBe(401);
    clock.pass(8 * 86_400_000);
    expect(await ask(value)).toBe(401);
  });

  test('takes the token as a bearer, for Prometheus', async () => {
    const { url } = await pageRig({ token_file: tokenFile(token) });
    const ask = async (given: string) =>
      (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${given}` } })).status;
    expect([await ask(token), await ask('wrong')]).toEqual([200, 401]);
  });
});

describe('assets and data', () => {
  test('are not sent twice, and run nothing from elsewhere', async () => {
    const { url } = await pageRig();
    const first = await fetch(`${url}/page.js`);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect((await fetch(`${url}/page.js`, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect(first.headers.get('content-security-policy')).toMatch(
      /default-src 'none'; script-src 'self'; style-src 'self'/,
    );
  });

  test('the shipped band is that of the shipped rule', async () => {
    const rules = activate((await loadRuleGroups()).flatMap((group) => group.rules));
    expect(rules.find(({ name }) => name === 'LatencyAboveBaseline')?.threshold).toBe(0.3);
    expect(latencyBaseline).toEqual(latencyPanel(0.3));
  });

  test.each([
    ['as it is shipped', [], '30 %', 2.6],
    ['of a rule that was configured', [{ name: 'LatencyAboveBaseline', threshold: 0.5 }], '50 %', 3],
  ])('the two edges of a baseline belong together, %s', async (_, rules, percent, edge) => {
    const { url, samples, clock } = await pageRig({}, rules);
    const labels = { model: 'qwen3:32b', stat: 'mean' };
    samples.append([{ name: 'ops_latency_baseline_seconds', labels, value: 2, at: clock.now() - 1000 }]);
    const { charts } = (await (await fetch(`${url}/api/charts?range=1h`)).json()) as { charts: Chart[] };
    const lines = charts.find(({ key }) => key === 'latency-baseline')?.lines ?? [];
    expect(lines.map(({ legend, points, band }) => [legend, points.at(-1)?.[1], band?.edge])).toEqual([
      ['qwen3:32b mean of 7 d', 2, 'low'],
      [`qwen3:32b ${percent} above it`, edge, 'high'],
    ]);
    expect(lines[0]?.band?.key).toBe(lines[1]?.band?.key);
  });

  test.each(['1h', '6h', '24h', '7d'])('charts of %s have their range', async (range) => {
    const { url, samples, clock } = await pageRig();
    samples.append([
      {
        name: 'ops_gpu_temperature_celsius',
        labels: { uuid: 'GPU-0', sensor: 'core' },
        value: 60,
        at: clock.now() - 1000,
      },
    ]);
    const hours = { '1h': 1, '6h': 6, '24h': 24, '7d': 168 }[range] ?? 0;
    const reply = (await (await fetch(`${url}/api/charts?range=${range}`)).json()) as { from: number; to: number };
    expect(reply.to - reply.from).toBe(hours * 3600);
  });

  test('a range of another name is refused with its choices', async () => {
    const { url } = await pageRig();
    const reply = await fetch(`${url}/api/charts?range=1y`);
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain('1h, 6h, 24h, 7d');
  });

  test('the language of the configuration goes before the browser’s', async () => {
    const { url } = await pageRig({ language: 'zh' });
    const state = (await (
      await fetch(`${url}/api/state`, { headers: { 'accept-language': 'en' } })
    ).json()) as PageState;
    expect(state.texts.incidents).toBe('事件');
    expect(state.incidents[0]?.mails).toMatchObject([{ recipient: 'oncall@example.org', state: 'pending' }]);
  });
});
