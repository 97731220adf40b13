import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { startClawdbotSimulator } from '../../src/demo/clawdbot-simulator.ts';
import { createGpuSimulator } from '../../src/demo/gpu-simulator.ts';
import { startOllamaSimulator } from '../../src/demo/ollama-simulator.ts';
import { anonymousBytes, cpuSeconds, endedChildrenSeconds, residentBytes } from './proc-stat.ts';

/** Measures an idle watch beside an idle gateway, with every check on its own schedule, as a person installs it. */
const { values } = parseArgs({
  options: {
    warmup: { type: 'string', default: '120' },
    seconds: { type: 'string', default: '300' },
    /** Another `ops`, such as that of an installed package. */
    program: { type: 'string', default: fileURLToPath(new URL('../../bin/ops', import.meta.url)) },
  },
});
const goals = { anonymousMegabytes: 60, residentMegabytes: 120, cpuPercent: 0.5 };
const folder = mkdtempSync(join(tmpdir(), 'bench-watch-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const [gatewayPort, metricsPort, pagePort] = await Promise.all([freePort(), freePort(), freePort()]);
const model = 'qwen3:4b';
const apiKey = 'bench-key';
const ollama = await startOllamaSimulator({ models: [model], logFile: join(folder, 'ollama.log') });
const clawdbot = await startClawdbotSimulator({ apiBase: `http://127.0.0.1:${gatewayPort}/v1`, apiKey, model });
const gpu = await createGpuSimulator(folder);
const config = join(folder, 'ops.yaml');
writeFileSync(join(folder, 'kernel.log'), '');
writeFileSync(
  config,
  stringify({
    gateway: {
      listen: `127.0.0.1:${gatewayPort}`,
      metrics_listen: `127.0.0.1:${metricsPort}`,
      ollama_api: ollama.url,
      auth: { valid_keys: [apiKey] },
      audit: { file: join(folder, 'qwen-gateway.log') },
    },
    watch: {
      state_dir: folder,
      checks: {
        gpu: { command: gpu.command },
        'ui-health': { url: `${clawdbot.url}/health` },
        kernel: { source: join(folder, 'kernel.log') },
        nginx: { ports: [] },
        log: { file: join(folder, 'qwen-gateway.log') },
      },
    },
    page: { listen: `127.0.0.1:${pagePort}` },
  }),
);
const programs = ['gateway', 'watch'].map((name) =>
  spawn(values.program, [name, '--config', config], { stdio: ['ignore', 'ignore', 'inherit'] }),
);
try {
  await sleep(Number(values.warmup) * 1000);
  const pid = Number(readFileSync(join(folder, 'watch.pid'), 'utf8'));
  const before = { own: cpuSeconds(pid), started: endedChildrenSeconds(pid) };
  let [anonymous, resident] = [0, 0];
  for (let second = 0; second < Number(values.seconds); second++) {
    await sleep(1000);
    anonymous = Math.max(anonymous, anonymousBytes(pid) / 1e6);
    resident = Math.max(resident, residentBytes(pid) / 1e6);
  }
  const percent = (seconds: number): number => (seconds / Number(values.seconds)) * 100;
  const rows = [
    ['most RssAnon', anonymous, goals.anonymousMegabytes, 'MB'],
    ['most RSS', resident, goals.residentMegabytes, 'MB'],
    ['CPU of one core', percent(cpuSeconds(pid) - before.own), goals.cpuPercent, '%'],
  ] as const;
  console.log(
    `idle watch over ${values.seconds} s, after ${values.warmup} s\n\n| what | result | goal | met |\n|---|---|---|---|`,
  );
  for (const [what, result, goal, unit] of rows) {
    console.log(`| ${what} | ${result.toFixed(2)} ${unit} | < ${goal} ${unit} | ${result < goal ? 'yes' : 'no'} |`);
  }
  const started = percent(endedChildrenSeconds(pid) - before.started);
  console.log(`| CPU of the programs it starts | ${started.toFixed(2)} % | | |`);
  if (rows.some(([, result, goal]) => result >= goal)) process.exitCode = 1;
} finally {
  for (const program of programs) {
    if (program.exitCode === null && program.kill('SIGTERM')) await once(program, 'exit');
  }
  await Promise.all([ollama.close(), clawdbot.close()]);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
