import type { Entry } from '../cleaning/entries.ts';
import type { Access, LogRecord } from '../record.ts';
import { toRecord } from './plain.ts';

/** Anchored on `"request" status bytes`: what stands before and after differs from site to site. */
const combined =
  /(?:^|\s)(?:(\S{1,64}) - [^["]{0,100})?(?:\[[^\]"]{0,60}\]\s*)?"((?:[A-Z]{3,10} [^"]*|-?))"\s+([1-5]\d\d)\s+(\d+|-)(?:\s+"[^"]*"\s+"([^"]*)")?/;

/** Reads combined and similar formats, and JSON lines with nginx's variable names. */
export function parseNginxAccess(entries: readonly Entry[], source: string): LogRecord[] {
  return entries.map((entry) => {
    const access = parseAccess(entry.message);
    return { ...toRecord('nginx-access', source, entry), ...(access ? { access } : {}) };
  });
}

/** The request in one line; undefined for any other line. */
export function parseAccess(text: string): Access | undefined {
  if (text.startsWith('{')) return parseJson(text);
  const found = combined.exec(text);
  if (!found) return undefined;
  const [, client, request = '', status, bytes, userAgent] = found;
  const [method = '', path = ''] = request.split(' ');
  return {
    method,
    path,
    status: Number(status),
    bytes: Number(bytes) || 0,
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(client === undefined ? {} : { client }),
  };
}

function parseJson(text: string): Access | undefined {
  try {
    const value: Record<string, unknown> = JSON.parse(text);
    const [method = '', path = ''] = String(value['request'] ?? '').split(' ');
    const status = Number(value['status']);
    if (!Number.isInteger(status)) return undefined;
    const seconds = Number.parseFloat(String(value['request_time']));
    return {
      method: method || String(value['request_method'] ?? ''),
      path: path || String(value['uri'] ?? value['request_uri'] ?? ''),
      status,
      bytes: Number(value['body_bytes_sent']) || 0,
      ...(Number.isNaN(seconds) ? {} : { seconds }),
      ...(typeof value['request_id'] === 'string' ? { requestId: value['request_id'] } : {}),
      ...(typeof value['http_user_agent'] === 'string' ? { userAgent: value['http_user_agent'] } : {}),
      ...(typeof value['remote_addr'] === 'string' ? { client: value['remote_addr'] } : {}),
    };
  } catch {
    return undefined;
  }
}
