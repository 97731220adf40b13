import type { TriageConfig } from '../config.ts';
import type { Evidence } from './evidence.ts';

/** Which way chats go: the browser through Nginx's `/v1/`, or Clawdbot's server straight to the gateway. */
export type ChatPath = 'nginx' | 'clawdbot';

/** Reads the way from the logs: chats of Clawdbot never show as `/v1` in Nginx's log, and their peer is this machine. */
export function chatPath(configured: TriageConfig['path'], { around }: Evidence): ChatPath {
  if (configured !== 'auto') return configured;
  const access = around.flatMap((record) => record.access ?? []);
  if (access.some(({ path }) => gatewayChat.test(path))) return 'nginx';
  const audits = around.flatMap((record) => record.audit ?? []);
  const local = audits.some(({ client_ip, probe }) => !probe && (client_ip === '127.0.0.1' || client_ip === '::1'));
  return local || access.some(({ path }) => uiActivity.test(path)) ? 'clawdbot' : 'nginx';
}

/** Chats as Nginx hands them to the gateway; Ollama's own `/api/chat` is also how a UI may call its server. */
export const gatewayChat = /^\/(?:v1\/)?(?:chat\/completions|completions|embeddings)\b/;

/** Paths of Clawdbot's UI that mean that someone chats, and not only that a page was opened. */
export const uiActivity = /^\/(?:api|ws|chat|socket|message|rpc|gateway)\b/i;
