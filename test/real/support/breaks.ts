import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', pid], { encoding: 'utf8' });
  return listed.trim().split(/\s+/).filter(Boolean).map(Number);
};

async function killRunner(site: Site): Promise<void> {
  const pid = readFileSync(site.ollama.logFile.replace('ollama.log', 'ollama.pid'), 'utf8').trim();
  const open = site.chat(endless);
  await eventually('an answer that is under way', () => site.openRequests(({ phase }) => phase === 'decode'));
  for (const runner of runnersOf(pid)) process.kill(runner, 'SIGKILL');
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
