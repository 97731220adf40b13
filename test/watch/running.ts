import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createGpuSimulator } from '../../src/demo/gpu-simulator.ts';
import { answering, freePort, type RunningProgram, startOps, temporaryFolder } from '../support/ops.ts';

/** GPU memory of the simulator's 24 GiB at 96 %. */
export const full = [{ memoryUsed: 23_593 }];

/** Parts of a header or body as they arrived, unfolded. */
export const header = (raw: string | undefined, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, 'im').exec((raw ?? '').replace(/\r\n[ \t]+/g, ' ').replaceAll('\r', ''))?.[1];

interface WatchRigOptions {
  readonly mailPort: number;
  /** Where the gateway answers; without it nothing does. */
  readonly gatewayPort?: number;
  readonly checks?: Record<string, unknown>;
  /** More of the `alerts` section. */
  readonly alerts?: Record<string, unknown>;
}

/** What a whole `ops watch` needs; `start` starts one more on the same state folder. */
export async function watchRig({ mailPort, gatewayPort, checks = {}, alerts = {} }: WatchRigOptions) {
  const folder = temporaryFolder('ops-watch');
  const gpu = await createGpuSimulator(folder);
  const [page, nowhere] = await Promise.all([freePort(), freePort()]);
  const empty = join(folder, 'empty.log');
  writeFileSync(empty, '');
  const ollamaLog = join(folder, 'ollama.log');
  writeFileSync(ollamaLog, '');
  const dead = `http://127.0.0.1:${nowhere}`;
  const gateway = `127.0.0.1:${gatewayPort ?? nowhere}`;
  const off = { enabled: false };
  const configuration = {
    gateway: { listen: gateway, metrics_listen: gateway, ollama_api: dead },
    watch: {
      state_dir: folder,
      checks: {
        gpu: { every: '500ms', command: gpu.command },
        'ui-health': { every: '1s', url: `${dead}/health` },
        gateway: { every: '1s' },
        certificate: { files: [], hosts: [] },
        ...checks,
      },
    },
    alerts: {
      evaluate_every: '300ms',
      group_wait: '1s',
      rules: { GpuMemoryHigh: { for: '1s' }, UiDown: off, GatewayDown: off, CheckFailing: off },
      ...alerts,
    },
    notify: {
      email: { from: 'ops@example.org', to: ['oncall@example.org'], smtp: { host: '127.0.0.1', port: mailPort } },
    },
    triage: {
      nvidia_smi: gpu.command,
      web_ports: [],
      logs: {
        'nginx-access': empty,
        'nginx-error': empty,
        'gateway-log': empty,
        'ollama-log': ollamaLog,
        dmesg: empty,
      },
    },
    page: { listen: `127.0.0.1:${page}` },
  };
  const url = `http://127.0.0.1:${page}`;
  return {
    folder,
    gpu,
    url,
    configuration,
    async start(): Promise<RunningProgram> {
      const program = startOps('watch', configuration);
      onTestFinished(async () => void (await program.stop()));
      await answering(`${url}/health`, program);
      return program;
    },
  };
}
