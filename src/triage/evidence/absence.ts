import type { Access, LogRecord } from '../../logs/record.ts';
import { type Evidence, fact, wasRead } from './evidence.ts';
import { probeAgent } from './live.ts';
import { type ChatPath, gatewayChat, uiActivity } from './path.ts';

/** No request stays open longer, so a window that ended this long ago has all its log lines. */
const longestRequest = 15 * 60_000;

/** Requests of chats that Nginx has logged. */
export function chatAccesses(records: readonly LogRecord[], path: ChatPath): LogRecord[] {
  return records.filter(({ access }) => access !== undefined && isChat(access, path));
}

function isChat({ path, method, status, userAgent }: Access, way: ChatPath): boolean {
  if (userAgent?.includes(probeAgent)) return false;
  return way === 'nginx' ? gatewayChat.test(path) : status === 101 || method === 'POST' || uiActivity.test(path);
}

/** Requests that arrived at the gateway: finished ones in its log, open ones in its memory. */
export function gatewayRequests(records: readonly LogRecord[]): LogRecord[] {
  return records.filter(({ kind, audit }) => kind === 'inflight' || (audit?.type === 'audit' && !audit.probe));
}

/**
 * What is missing, as evidence of its own. Nginx and the audit log write at a request's end, so a missing line means
 * something only when the open requests were looked at, or when the window lies so far back that all have ended.
 */
export function absences(evidence: Evidence, path: ChatPath): LogRecord[] {
  const { records, window, now } = evidence;
  const complete = now - window.to > longestRequest;
  if (gatewayRequests(records).length > 0 || !wasRead(evidence, 'gateway-log')) return [];
  if (!complete && !wasRead(evidence, 'inflight')) return [];
  const span = `between ${new Date(window.from).toISOString()} and ${new Date(window.to).toISOString()}`;
  const open = complete ? '' : ', and none is open';
  const seen = chatAccesses(records, path);
  const last = seen.at(-1);
  if (last !== undefined) {
    const from = path === 'nginx' ? 'Nginx' : 'Clawdbot';
    const text = `no request reached the gateway ${span}${open}, but ${seen.length} reached ${from}: ${last.text}`;
    return [{ ...fact('absence', last.source, text, last.at ?? now), line: last.line }];
  }
  if (!wasRead(evidence, 'nginx-access') || evidence.filtered) return [];
  return [fact('absence', 'nginx-access', `no request reached Nginx ${span}${open}`, now)];
}
