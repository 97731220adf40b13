import { hash, timingSafeEqual } from 'node:crypto';
import type { GatewayConfig } from '../config.ts';
import type { Inbound } from './admitted.ts';

type Auth = GatewayConfig['auth'];

/** Id of the key that a request carries, null when keys are not asked for, undefined when there is no valid one. */
export type KeyCheck = (inbound: Inbound) => string | null | undefined;

const digest = (text: string) => hash('sha256', text, 'buffer');

/** Compares digests of equal length, and every one of them, so that the time taken says nothing about a key. */
export function createKeyCheck({ enabled, header_key, valid_keys }: Auth): KeyCheck {
  const keys = valid_keys.map((key, index) =>
    typeof key === 'string'
      ? { id: `key-${index + 1}`, sha256: digest(key) }
      : { id: key.id, sha256: Buffer.from(key.sha256, 'hex') },
  );
  return (inbound) => {
    if (!enabled) return null;
    const presented = presentedKey(inbound, header_key);
    if (presented === undefined) return undefined;
    const sha256 = digest(presented);
    let found: string | undefined;
    for (const key of keys) if (timingSafeEqual(key.sha256, sha256)) found = key.id;
    return found;
  };
}

/** Whether the caller authenticates as OpenAI clients do; such callers get OpenAI's error object. */
export const usesBearer = ({ headers }: Inbound) => /^bearer /i.test(headers['authorization']?.toString() ?? '');

function presentedKey(inbound: Inbound, headerKey: string): string | undefined {
  const own = inbound.headers[headerKey.toLowerCase()];
  if (own !== undefined && own !== '') return String(own);
  return /^bearer +(\S+)$/i.exec(inbound.headers['authorization']?.toString() ?? '')?.[1];
}
