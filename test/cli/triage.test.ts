import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { auditLine, minutesAgo } from '../triage/world.ts';

const program = fileURLToPath(new URL('../../bin/ops', import.meta.url));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function ops(args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(program, args, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

let folder = '';
let config = '';
const at = (name: string) => path.join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-'));
  config = at('ops.yaml');
  const names = ['nginx-access', 'nginx-error', 'gateway-log', 'ollama-log', 'dmesg'];
  await writeFile(config, `triage:\n  logs:\n${names.map((name) => `    ${name}: ${at(name)}\n`).join('')}`);
  await writeFile(at('gateway-log'), `${auditLine({ ttft: 8.2, response_time: 9 })}\n`);
  const crash = `time=${minutesAgo(1).toISOString()} level=ERROR source=server.go:464 msg="llama runner terminated" error="exit status 2"`;
  await writeFile(at('crash.log'), `CUDA error: out of memory\n${crash}\n`);
});

describe('ops triage', () => {
  test('prints the boxes and the cause, and exits 1 for a fault', async () => {
    const { code, stdout } = await ops(['triage', '--config', config, '--offline']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✓ 1 /m);
    expect(stdout).toMatch(/^✓ 2 /m);
    expect(stdout).toMatch(/^✗ 3 /m);
    expect(stdout).toContain('[ollama-slow · box 3]');
    expect(stdout).toContain('ttft 8.2 s');
    expect(stdout).not.toContain('\u001b');
  });

  test('prints the JSON of the design', async () => {
    const { stdout } = await ops([
      'triage',
      '--config',
      config,
      '--offline',
      '--json',
      '--log',
      `ollama-log=${at('crash.log')}`,
    ]);
    const report = JSON.parse(stdout);
    expect(report.verdict).toMatchObject({ cause: 'gpu-oom', step: 4, title: 'The GPU ran out of memory' });
    expect(report.verdict.evidence[0]).toEqual({ source: at('crash.log'), line: 1, text: 'CUDA error: out of memory' });
    expect(report.verdict.fix.length).toBeGreaterThan(0);
    expect(report.steps.map(({ step }: { step: number }) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(report.sources).toContainEqual({ kind: 'ollama-log', path: at('crash.log'), lines: 2, state: 'read' });
    expect(Object.keys(report)).toEqual(['verdict', 'also', 'steps', 'window', 'sources', 'took_ms']);
  });

  test('speaks Chinese', async () => {
    const { stdout } = await ops(['triage', '--config', config, '--offline', '--lang', 'zh']);
    expect(stdout).toContain('原因: Ollama 响应慢');
  });

  test('exits 3 when evidence is missing', async () => {
    const { code, stdout } = await ops([
      'triage',
      '--config',
      config,
      '--offline',
      '--at',
      '2020-01-01T00:00:00Z',
      '--explain',
    ]);
    expect(code).toBe(3);
    expect(stdout).toContain('missing');
  });

  test.each([
    [['--since', 'soon']],
    [['--log', 'nonsense']],
    [['--at', 'yesterday-ish']],
    [['--lang', 'fr']],
    [['--at', '14:00', '--since', '1h']],
  ])('refuses %j with 64', async (args) => {
    expect((await ops(['triage', '--config', config, '--offline', ...args])).code).toBe(64);
  });
});

describe('ops diagnose', () => {
  test('names the cause of a file', async () => {
    const { code, stdout } = await ops(['diagnose', at('crash.log'), '--json']);
    expect(code).toBe(1);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ kind: 'ollama-log', cause: 'gpu-oom', step: 4 });
    expect(report.also.map(({ cause }: { cause: string }) => cause)).toEqual(['runner-crash-segv']);
  });

  test('reads a pipe', async () => {
    const { code, stdout } = await ops(['diagnose'], 'NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.\n');
    expect(code).toBe(1);
    expect(stdout).toContain('[gpu-lost-xid · box 5]');
  });

  test('is fine with a healthy log, and unsure about an unknown failure', async () => {
    expect(
      (await ops(['diagnose'], 'time=2026-11-24T00:00:00Z level=INFO msg="Listening on 127.0.0.1:11434"\n')).code,
    ).toBe(0);
    const odd = await ops(
      ['diagnose', '--kind', 'ollama-log'],
      'time=2026-11-24T00:00:00Z level=ERROR msg="frobnication"\n',
    );
    expect(odd.code).toBe(3);
    expect(odd.stdout).toContain('frobnication');
  });

  test('says which file it cannot read', async () => {
    const { code, stderr } = await ops(['diagnose', at('none.log')]);
    expect(code).toBe(3);
    expect(stderr).toContain('none.log');
  });
});
