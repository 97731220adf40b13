import { type AttemptReply, attempt } from '../probes/attempt.ts';
import type { Text } from '../text.ts';
import { broken, ok, type SecurityContext, unknown } from './claim.ts';

/** No model is called so: an attempt that gets through costs no generation. */
const noModel = 'ops-security-audit/none';

interface Caller extends Pick<SecurityContext, 'auth' | 'timeoutMs'> {
  readonly address?: string | undefined;
}

/** Asks for a chat at a base URL, with a key or without. */
export function chat(
  base: string,
  { auth, timeoutMs, address }: Caller,
  key: string | undefined,
  prompt = 'hi',
): Promise<AttemptReply> {
  return attempt(`${base}/v1/chat/completions`, {
    timeoutMs,
    address,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { [auth.header]: key }) },
    body: JSON.stringify({ model: noModel, messages: [{ role: 'user', content: prompt }] }),
  });
}

export const keyless = { en: 'a request without a key', zh: '无密钥的请求' };

/** 401 refuses; what passed the key check gets another answer, of which only some say so. */
export function judgeKeyless({ status }: AttemptReply, who: Text) {
  if (status === 401) return ok({ en: `${who.en}: HTTP 401`, zh: `${who.zh}:HTTP 401` });
  if (status === 404 || status < 400) {
    return broken({ en: `${who.en} is let in: HTTP {status}`, zh: `${who.zh}被放行:HTTP {status}` }, { status });
  }
  return unknown(
    {
      en: `${who.en}: HTTP {status}, which says nothing of the key`,
      zh: `${who.zh}:HTTP {status},无法说明密钥是否被检查`,
    },
    { status },
  );
}
