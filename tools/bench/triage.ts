import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { medianOf, type Timed, timed } from './timed.ts';
import { accessLineAt, auditLineAt, day, incidentAt, type Written, writeLogs } from './triage-data.ts';

/** Measures reading of large logs beside the article's pipeline, on the same machine in the same run. */
const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    /** `ops` as a user has it, out of the package. */
    program: { type: 'string', default: fileURLToPath(new URL('../../bin/ops', import.meta.url)) },
  },
});
const lines = Number(values.lines);
const rounds = Number(values.rounds);
const ops = values.program;

const folder = mkdtempSync(join(tmpdir(), 'bench-triage-'));
process.once('exit', () => rmSync(folder, { recursive: true }));

interface Row {
  readonly what: string;
  readonly result: string;
  readonly goal: string;
  readonly met: boolean;
  readonly megabytes: number;
}

console.log(`${lines} lines per log, ${availableParallelism()} cores, median of ${rounds} rounds\n`);
const audit = await writeLogs(folder, 'audit', lines, auditLineAt);
const access = await writeLogs(folder, 'access', lines, accessLineAt);
const rows = [
  ...(await topRows('audit log', audit)),
  ...(await topRows('Nginx access log', access)),
  await triageRow(),
  await startRow('ops --help', ['--help'], 0.15),
  await startRow('ops diagnose, 100 kB', ['diagnose', pastedLog()], 0.25),
];
console.log('| what | result | goal | met | most memory |\n|---|---|---|---|---|');
for (const { what, result, goal, met, megabytes } of rows) {
  console.log(`| ${what} | ${result} | ${goal} | ${met ? 'yes' : 'no'} | ${Math.round(megabytes)} MB |`);
}
if (rows.some(({ met, megabytes }) => !met || megabytes >= 150)) process.exitCode = 1;

/** The article's pipeline, and ours, over one log in both forms. */
async function topRows(what: string, { plain, rotated }: Written): Promise<Row[]> {
  return [
    await compared(`${what}, 8 packed files`, `zgrep -h "401\\|429\\|500" ${rotated}.*.gz`, rotated, 3),
    await compared(`${what}, one plain file`, `grep "401\\|429\\|500" ${plain}`, plain, 1),
  ];
}

async function compared(what: string, search: string, path: string, goal: number): Promise<Row> {
  const pipeline = `${search} | awk '{print $1}' | sort | uniq -c | sort -nr | head -5`;
  const theirs = await medianOf(rounds, () => timed('sh', ['-c', pipeline]));
  const window = ['--since', new Date(day.from).toISOString(), '--until', new Date(day.to).toISOString()];
  const ours = await medianOf(rounds, () => timed(ops, ['log', 'top', ...window, path]));
  if (!/^\d+ abnormal requests/.test(ours.output)) throw new Error(`unexpected answer of ops log top: ${ours.output}`);
  const ratio = theirs.seconds / ours.seconds;
  return {
    what,
    result: `${ratio.toFixed(1)} × as fast (${inSeconds(ours)} to ${inSeconds(theirs)})`,
    goal: goal === 1 ? 'no slower' : `≥ ${goal} ×`,
    met: ratio >= goal,
    megabytes: ours.megabytes,
  };
}

async function triageRow(): Promise<Row> {
  const config = join(folder, 'ops.yaml');
  const absent = ['nginx-error', 'ollama-log', 'dmesg'].map((kind) => `    ${kind}: ${folder}/${kind}\n`);
  writeFileSync(
    config,
    `triage:\n  logs:\n    gateway-log: ${audit.plain}\n    nginx-access: ${access.plain}\n${absent.join('')}`,
  );
  const at = new Date(incidentAt + 120_000).toISOString();
  const args = ['triage', '--config', config, '--offline', '--at', at];
  const run = await medianOf(rounds, () => timed(ops, args));
  if (!/^Cause: .*\[ollama-slow/m.test(run.output)) throw new Error(`unexpected answer of ops triage: ${run.output}`);
  return {
    what: 'ops triage --at, both plain logs',
    result: inSeconds(run),
    goal: '< 1 s',
    met: run.seconds < 1,
    megabytes: run.megabytes,
  };
}

async function startRow(what: string, args: readonly string[], goal: number): Promise<Row> {
  const run = await medianOf(Math.max(5, rounds), () => timed(ops, args));
  return { what, result: inSeconds(run), goal: `< ${goal} s`, met: run.seconds < goal, megabytes: run.megabytes };
}

function pastedLog(): string {
  const path = join(folder, 'ollama.log');
  const healthy = 'time=2026-11-24T00:00:00Z level=INFO source=server.go:1 msg="llama runner started in 2 seconds"\n';
  writeFileSync(path, `${healthy.repeat(1000)}CUDA error: out of memory\n`);
  return path;
}

function inSeconds({ seconds }: Timed): string {
  return `${seconds.toFixed(2)} s`;
}
