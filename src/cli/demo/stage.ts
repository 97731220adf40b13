import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type ClawdbotSimulator, startClawdbotSimulator } from '../../demo/clawdbot-simulator.ts';
import { createGpuSimulator, type GpuSimulator } from '../../demo/gpu-simulator.ts';
import { type MailCatcher, startMailCatcher } from '../../demo/mail-catcher.ts';
import { type OllamaSimulator, startOllamaSimulator } from '../../demo/ollama-simulator.ts';
import { codeOf, OpsError } from '../../errors.ts';
import { createLog } from '../../telemetry/log.ts';
import { type Children, superviseChildren } from '../children.ts';

export interface StagePorts {
  readonly gateway: number;
  readonly metrics: number;
  readonly page: number;
}

/** The whole path on stand-ins: real gateway and real watch, simulated Ollama, GPU, chat UI and mail server. */
export interface Stage {
  readonly folder: string;
  readonly configFile: string;
  readonly ollama: OllamaSimulator;
  readonly clawdbot: ClawdbotSimulator;
  readonly mail: MailCatcher;
  readonly children: Children;
  readonly pageUrl: string;
  readonly gatewayUrl: string;
  /** The last line that gateway or watch wrote. */
  lastWords(): Promise<string>;
  close(): Promise<void>;
}

const apiKey = 'demo-key';
const model = 'qwen3:32b';

/** Starts everything in a temporary folder; the ports were asked for by name, so one that is taken is an error. */
export async function startStage(ports: StagePorts): Promise<Stage> {
  await assertFree(ports.gateway, '--gateway-port');
  await assertFree(ports.metrics, '--metrics-port');
  await assertFree(ports.page, '--page-port');
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-ops-demo-'));
  const gatewayUrl = `http://127.0.0.1:${ports.gateway}`;
  const [ollama, clawdbot, mail, gpu] = await Promise.all([
    startOllamaSimulator({ models: [model], logFile: join(folder, 'ollama.log') }),
    startClawdbotSimulator({ apiBase: `${gatewayUrl}/v1`, apiKey, model }),
    startMailCatcher(),
    createGpuSimulator(folder),
  ]);
  const configFile = join(folder, 'ops.yaml');
  await writeFile(configFile, stringify(configuration(folder, ports, { ollama, clawdbot, mail, gpu })));
  await writeFile(join(folder, 'kernel.log'), '');
  const programLog = join(folder, 'program.log');
  const output = await open(programLog, 'a');
  const children = superviseChildren(
    ['gateway', 'watch'].map((name) => ({ name, args: ['--config', configFile], output: output.fd })),
    createLog('fatal', 'demo'),
  );
  return {
    folder,
    configFile,
    ollama,
    clawdbot,
    mail,
    children,
    gatewayUrl,
    pageUrl: `http://127.0.0.1:${ports.page}`,
    async lastWords() {
      return (await readFile(programLog, 'utf8')).trimEnd().split('\n').at(-1) ?? '';
    },
    async close() {
      await children.stop();
      await Promise.all([ollama.close(), clawdbot.close(), mail.close(), output.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface StandIns {
  readonly ollama: OllamaSimulator;
  readonly clawdbot: ClawdbotSimulator;
  readonly mail: MailCatcher;
  readonly gpu: GpuSimulator;
}

/** The article's configuration with a faster pulse, so that a fault is mailed within a minute. */
function configuration(folder: string, ports: StagePorts, { ollama, clawdbot, mail, gpu }: StandIns): unknown {
  const quick = { every: '2s' };
  return {
    gateway: {
      listen: `127.0.0.1:${ports.gateway}`,
      metrics_listen: `127.0.0.1:${ports.metrics}`,
      ollama_api: ollama.url,
      log_level: 'warn',
      rate_limit: { max_requests: 600 },
      auth: { valid_keys: [apiKey] },
      audit: { file: join(folder, 'qwen-gateway.log') },
    },
    watch: {
      state_dir: folder,
      checks: {
        gpu: { ...quick, command: gpu.command },
        'ui-health': { ...quick, url: `${clawdbot.url}/health` },
        gateway: quick,
        certificate: { files: [], hosts: [] },
        // What else this machine logs or lacks is no part of the story.
        kernel: { source: join(folder, 'kernel.log') },
        nginx: { ports: [] },
        log: { file: join(folder, 'qwen-gateway.log') },
      },
    },
    alerts: { evaluate_every: '1s', group_wait: '2s', rules: { GatewayErrors: { for: '5s' } } },
    notify: {
      email: {
        from: 'ops@clawdbot.example',
        to: ['oncall@clawdbot.example'],
        smtp: { host: '127.0.0.1', port: mail.port },
      },
    },
    triage: {
      path: 'clawdbot',
      nvidia_smi: gpu.command,
      logs: {
        'gateway-log': join(folder, 'qwen-gateway.log'),
        'ollama-log': join(folder, 'ollama.log'),
      },
    },
    page: { listen: `127.0.0.1:${ports.page}` },
  };
}

/** Asks for the port once, so that the demo's own flag can be named before anything has started. */
async function assertFree(port: number, option: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  }).catch((error: unknown) => {
    const code = codeOf(error) === 'EADDRINUSE' ? 'address_in_use' : 'address_unavailable';
    throw new OpsError(code, { host: '127.0.0.1', port, option, reason: codeOf(error) }, { cause: error });
  });
}
