import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { eventually } from '../../support/ops.ts';
import type { Site, SiteOptions } from './site.ts';

/** One fault, made for real, and what `ops triage` has to call it. */
export interface Break {
  readonly fault: string;
  readonly way: 'browser' | 'Clawdbot';
  readonly cause: string;
  readonly step: number;
  readonly options?: Partial<SiteOptions>;
  /** Breaks the site, and has users meet the fault; what it returns is cleaned up after the walk. */
  happen(site: Site): Promise<unknown>;
}

const tiny = { model: 'tiny' };
const endless = { model: 'tiny-loop', stream: true };

/** Process ids of the programs that Ollama runs its models in. */
const runnersOf = (pid: string) => {
  // It fails where there is none.
  const { stdout: listed } = spawnSync('ps', ['-o', 'pid=', '--ppid', pid], { encoding: 'utf8' });
  return listed.trim().split(/\s+/).filter(Boolean).map(Number);
};

const pidOf = ({ ollama }: Site) => readFileSync(ollama.logFile.replace('ollama.log', 'ollama.pid'), 'utf8').trim();

async function killRunner(site: Site): Promise<void> {
  const open = site.chat(endless);
  await eventually('an answer that is under way', () => site.openRequests(({ phase }) => phase === 'decode'));
  for (const runner of runnersOf(pidOf(site))) process.kill(runner, 'SIGKILL');
  await open;
}

/** The next chat has to load it again. Tiny as it is, it takes as long as a large one because its process is held up. */
async function unloadModel(site: Site): Promise<void> {
  await site.chat(tiny);
  await fetch(`${site.ollama.url}/api/generate`, { method: 'POST', body: '{"model":"tiny","keep_alive":0}' });
  await eventually('the end of the runner', () => runnersOf(pidOf(site)).length === 0);
  const open = site.chat(tiny);
  const runners = await eventually('a new runner', () => {
    const started = runnersOf(pidOf(site));
    return started.length > 0 ? started : undefined;
  });
  for (const runner of runners) process.kill(runner, 'SIGSTOP');
  await setTimeout(4000);
  for (const runner of runners) process.kill(runner, 'SIGCONT');
  await open;
}

async function removeModel(site: Site): Promise<void> {
  await fetch(`${site.ollama.url}/api/delete`, { method: 'DELETE', body: JSON.stringify({ model: 'tiny-tools' }) });
  await site.chat({ model: 'tiny-tools' });
}

/** One answer without end holds the only slot; the next chat waits. */
async function hog(site: Site): Promise<void> {
  await site.chat(tiny);
  void site.chat(endless);
  await eventually('the slot being taken', () => site.openRequests(({ phase }) => phase === 'decode'));
  void site.chat(endless);
  await eventually('a wait', () => site.openRequests((one) => one.phase !== 'decode' && one.phase_age > 4));
}

async function overheat(site: Site): Promise<void> {
  await site.chat(tiny);
  await site.gpu.set([{ temperature: 95 }]);
}

const browser: readonly Omit<Break, 'way'>[] = [
  {
    fault: 'Nginx is stopped',
    cause: 'nginx-down',
    step: 1,
    happen: async (site) => {
      await site.chat(tiny);
      // It is written after the answer has gone out, and a stop does not wait for it.
      const log = join(site.folder, 'access.log');
      await eventually('the access line', () => readFileSync(log, 'utf8').includes('/v1/chat/completions'));
      await site.nginx.stop();
      await site.chat(tiny);
    },
  },
  {
    fault: 'the certificate has expired',
    cause: 'cert-expired',
    step: 1,
    options: { certificate: { fromDays: -90, toDays: -1 } },
    happen: (site) => site.chat(tiny),
  },
  {
    fault: 'Nginx limits an address',
    cause: 'rate-limited',
    step: 1,
    options: {
      changeSite: (site) =>
        `limit_req_zone $binary_remote_addr zone=chat:1m rate=1r/m;\n${site.replace('location /v1/ {', 'location /v1/ {\nlimit_req zone=chat;')}`,
    },
    happen: async (site) => {
      for (let count = 0; count < 3; count += 1) await site.chat(tiny);
    },
  },
  {
    fault: 'the gateway is stopped',
    cause: 'gateway-down',
    step: 2,
    happen: async (site) => {
      await site.gateway.stop();
      await site.chat(tiny);
    },
  },
  {
    fault: 'Nginx sends chats to a wrong port',
    cause: 'upstream-refused',
    step: 2,
    options: {
      changeSite: (site) => site.replace(/server 127\.0\.0\.1:\d+ max_fails=0;/, 'server 127.0.0.1:9 max_fails=0;'),
    },
    happen: (site) => site.chat(tiny),
  },
  {
    fault: 'a caller sends more than the gateway allows',
    cause: 'gateway-rejected',
    step: 2,
    options: { gateway: { rate_limit: { max_requests: 1 } } },
    happen: async (site) => {
      for (let count = 0; count < 4; count += 1) await site.chat(tiny);
    },
  },
  {
    fault: 'Ollama is stopped',
    cause: 'service-down',
    step: 3,
    happen: async (site) => {
      await site.chat(tiny);
      await site.ollama.stop();
      await site.chat(tiny);
    },
  },
  { fault: 'the model has been unloaded', cause: 'model-unloaded', step: 3, happen: unloadModel },
  { fault: 'the model has been removed', cause: 'model-missing', step: 3, happen: removeModel },
  {
    fault: 'one endless answer holds the only slot',
    cause: 'hot-queue-wait',
    step: 3,
    options: { ollama: { OLLAMA_NUM_PARALLEL: '1' } },
    happen: hog,
  },
  {
    fault: 'a chat is longer than the context',
    cause: 'context-truncated',
    step: 3,
    happen: (site) => site.chat({ ...tiny, messages: [{ role: 'user', content: 'word '.repeat(6000) }] }),
  },
  { fault: "the model's process is killed", cause: 'runner-crash-segv', step: 4, happen: killRunner },
  { fault: 'a GPU has 95 °C', cause: 'gpu-hot', step: 5, happen: overheat },
];

const clawdbot: readonly Omit<Break, 'way'>[] = [
  {
    fault: 'the gateway is stopped',
    cause: 'gateway-down',
    step: 2,
    happen: async (site) => {
      await site.chatByClawdbot('hi');
      await site.gateway.stop();
      await site.chatByClawdbot('hi');
    },
  },
  {
    fault: 'Ollama is stopped',
    cause: 'service-down',
    step: 3,
    happen: async (site) => {
      await site.chatByClawdbot('hi');
      await site.ollama.stop();
      await site.chatByClawdbot('hi');
    },
  },
  {
    fault: 'a GPU has 95 °C',
    cause: 'gpu-hot',
    step: 5,
    happen: async (site) => {
      await site.chatByClawdbot('hi');
      await site.gpu.set([{ temperature: 95 }]);
    },
  },
];

export const breaks: readonly Break[] = [
  ...browser.map((one) => ({ ...one, way: 'browser' as const })),
  ...clawdbot.map((one) => ({ ...one, way: 'Clawdbot' as const })),
];
