import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, repository, temporaryFolder } from '../support/ops.ts';
import { journalWriter } from './support/journal.ts';
import { ollamaAvailable } from './support/ollama.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';
import { composed, type Programs, startStack } from './support/stack.ts';

const folder = temporaryFolder('stack');

/** A configuration of deploy/ with its absolute folders moved to a temporary one; nothing else changes. */
function relocated(path: string, ...folders: readonly string[]): string {
  let text = readFileSync(join(repository, path), 'utf8');
  for (const absolute of folders) text = text.replaceAll(absolute, join(folder, absolute));
  const target = join(folder, path.replaceAll('/', '-'));
  writeFileSync(target, text);
  return target;
}

const checks: Record<string, { program: string; args: () => string[]; expected: RegExp }> = {
  Prometheus: {
    program: 'promtool',
    args: () => {
      const home = join(folder, 'prometheus');
      mkdirSync(join(home, 'rules'), { recursive: true });
      cpSync(join(repository, 'alerts/generated/rules.yml'), join(home, 'rules/rules.yml'));
      cpSync(join(repository, 'deploy/prometheus/watch-down.yml'), join(home, 'rules/watch-down.yml'));
      cpSync(join(repository, 'deploy/prometheus/prometheus.yml'), join(home, 'prometheus.yml'));
      return ['check', 'config', join(home, 'prometheus.yml')];
    },
    expected: /SUCCESS/,
  },
  Alertmanager: {
    program: 'amtool',
    args: () => ['check-config', join(repository, 'deploy/alertmanager/alertmanager.yml')],
    expected: /SUCCESS/,
  },
  Loki: {
    program: 'loki',
    args: () => ['-verify-config', `-config.file=${relocated('deploy/loki/loki.yaml', '/loki')}`],
    expected: /config is valid/,
  },
  Tempo: {
    program: 'tempo',
    args: () => ['-config.verify=true', `-config.file=${relocated('deploy/tempo/tempo.yaml', '/var/tempo')}`],
    expected: /^/,
  },
  Collector: {
    program: 'otelcol',
    args: () => ['validate', `--config=${relocated('deploy/collector/collector.yaml', '/var/lib/otelcol')}`],
    expected: /^/,
  },
};

for (const [part, { program, args, expected }] of Object.entries(checks)) {
  const path = findProgram(program);

  realPart(program, path !== undefined)(part, () => {
    test('accepts its configuration', () => {
      const output = execFileSync('/bin/sh', ['-c', '"$0" "$@" 2>&1', path ?? program, ...args()], {
        encoding: 'utf8',
      });
      expect(output).toMatch(expected);
    });
  });
}

/** Runs the health check of a service with this machine's program in place of the image's. */
function healthy(service: string, at: (port: number) => string): void {
  const [, program = '', ...args] = composed(service).healthcheck.test;
  const here = args.map((argument) =>
    argument.replace(/127\.0\.0\.1([:/])(\d+)/, (_, mark, port) => at(Number(port)).replace(':', mark)),
  );
  execFileSync(findProgram(basename(program)) ?? program, here, { stdio: 'pipe' });
  const dead = args.map((argument) => argument.replace(/127\.0\.0\.1([:/])\d+/, '127.0.0.1$11'));
  expect(() => execFileSync(findProgram(basename(program)) ?? program, dead, { stdio: 'pipe' }), service).toThrow();
}

const programs = ['prometheus', 'loki', 'tempo', 'otelcol'].map((name) => [name, findProgram(name)] as const);
const whole = ollamaAvailable && existsSync(journalWriter) && programs.every(([, path]) => path !== undefined);

realPart('the whole stack with Ollama', whole)('the whole stack', () => {
  test('keeps one chat as a metric, a line and a trace, found by its request id', async () => {
    const stack = await startStack(Object.fromEntries(programs) as Programs);
    const reply = await fetch(`${stack.gateway}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'stack-key-0123456789' },
      body: JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'hi' }] }),
    });
    expect(reply.status).toBe(200);
    const id = reply.headers.get('x-request-id') ?? '';
    expect(id).not.toBe('');

    const ask = async (url: string, query: Record<string, string>): Promise<unknown> =>
      (await fetch(`${url}?${new URLSearchParams(query)}`)).json();
    const found = (what: string, url: string, query: Record<string, string>, pattern: RegExp): Promise<string> => {
      const look = async () => {
        const text = JSON.stringify(await ask(url, query));
        return pattern.test(text) && text;
      };
      return eventually(what, look, 40_000) as Promise<string>;
    };
    const since = String((Date.now() - 600_000) * 1e6);
    await found(
      'the metric',
      `${stack.prometheus}/api/v1/query`,
      { query: 'sum by (outcome) (llm_gateway_requests_total{job="gateway"}) == 1' },
      /"outcome":"ok"/,
    );
    const exemplars = await found(
      'the exemplar',
      `${stack.prometheus}/api/v1/query_exemplars`,
      {
        query: 'llm_gateway_time_to_first_token_seconds_bucket',
        start: String(Date.now() / 1000 - 600),
        end: String(Date.now() / 1000 + 600),
      },
      new RegExp(`"request_id":"${id}"`),
    );
    const line = await found(
      'the line',
      `${stack.loki}/loki/api/v1/query_range`,
      { query: `{service_name="gateway"} | request_id=\`${id}\``, start: since },
      /"trace_id":"[0-9a-f]{32}"/,
    );
    const trace = /"trace_id":"([0-9a-f]{32})"/.exec(line)?.[1] ?? '';
    expect(exemplars).toContain(`"trace_id":"${trace}"`);
    const hit = await found(
      'the trace',
      `${stack.tempo}/api/search`,
      { q: `{span.gen_ai.response.id="${id}"}` },
      /"traceID"/,
    );
    // Tempo leaves leading zeros out.
    expect(hit).toContain(`"traceID":"${trace.replace(/^0+/, '')}"`);

    for (const [service, text] of Object.entries({
      nginx: '203.0.113.9',
      ollama: 'inference compute',
      kernel: 'Xid',
    })) {
      const query = { query: `{service_name="${service}"} |= \`${text}\``, start: since };
      const answer = await found(service, `${stack.loki}/loki/api/v1/query_range`, query, new RegExp(text));
      expect(answer, 'the line itself, not the record around it').not.toContain('__REALTIME_TIMESTAMP');
    }
    for (const service of ['prometheus', 'loki', 'tempo', 'collector']) healthy(service, stack.at);
  }, 120_000);
});
