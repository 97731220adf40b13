import { BlockList, isIP } from 'node:net';
import { codeOf, OpsError } from '../errors.ts';
import { type AttemptReply, attempt } from '../probes/attempt.ts';
import { broken, type Claim, ok, type SecurityContext, unknown } from './claim.ts';
import { closedFrom } from './reachable.ts';

/** No model is called so: an attempt that gets through costs no generation. */
const noModel = 'ops-security-audit/none';

/** Longest prompt that is tried, in characters. */
const longestPrompt = 4_000_000;

/** Of loopback, and of no program: a peer that no whitelist means. */
const stranger = '127.83.69.67';

function chat(context: SecurityContext, key: string | undefined, prompt = 'hi'): Promise<AttemptReply> {
  return attempt(`${context.gateway}/v1/chat/completions`, {
    timeoutMs: context.timeoutMs,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { [context.auth.header]: key }) },
    body: JSON.stringify({ model: noModel, messages: [{ role: 'user', content: prompt }] }),
  });
}

/** 401 refuses; what passed the key check gets another answer, of which only some say so. */
function judgeKeyless({ status }: AttemptReply, who: string) {
  if (status === 401) return ok(`${who}: HTTP 401`);
  if (status === 404 || status < 400) return broken(`${who} is let in: HTTP ${status}`);
  return unknown(`${who}: HTTP ${status}, which says nothing of the key`);
}

export const gatewayClaims: readonly Claim[] = [
  {
    layer: 'L3',
    claim: { en: 'the gateway refuses a caller without a key', zh: '网关拒绝无密钥的请求' },
    fix: 'set gateway.auth.enabled: true',
    run: async (context) => judgeKeyless(await chat(context, undefined), 'a request without a key'),
  },
  {
    layer: 'L3',
    claim: { en: 'the gateway refuses a wrong key', zh: '网关拒绝错误密钥' },
    fix: 'set gateway.auth.enabled: true and keys of your own in gateway.auth.valid_keys',
    run: async (context) => judgeKeyless(await chat(context, 'ops-security-wrong-key'), 'a request with a wrong key'),
  },
  {
    layer: 'L3',
    claim: { en: 'the gateway resets a peer that is not whitelisted', zh: '网关断开白名单以外的地址' },
    fix: 'set gateway.whitelist.enabled: true and list only the addresses of Nginx and Clawdbot in gateway.whitelist.ips',
    run: tryStranger,
  },
  {
    layer: 'L3',
    claim: { en: 'the gateway refuses an oversized prompt', zh: '网关拒绝超长提示词' },
    fix: 'set gateway.limits.max_prompt_chars to what the models can read',
    run: tryOversized,
  },
  {
    layer: 'L4',
    claim: { en: 'models cannot be pulled through the gateway', zh: '无法经网关拉取模型' },
    fix: 'let gateway.listen be the port of ops gateway, not of Ollama or of a plain proxy',
    run: tryPull,
  },
];

async function tryStranger(context: SecurityContext) {
  const { hostname } = new URL(context.gateway);
  const { enabled, ips } = context.whitelist;
  if (hostname !== 'localhost' && !hostname.startsWith('127.')) {
    if (closedFrom(context, [Number(new URL(context.gateway).port)])) return ok('another machine does not reach it');
    return unknown(`the gateway listens on ${hostname}: only another machine is a stranger to it`);
  }
  if (enabled && admits(ips, stranger)) return broken(`gateway.whitelist.ips admits all of loopback, ${stranger} too`);
  try {
    const headers = { 'x-forwarded-for': ips[0] ?? '127.0.0.1' };
    const reply = await attempt(`${context.gateway}/health`, {
      ...{ timeoutMs: context.timeoutMs, localAddress: stranger, headers },
    });
    return broken(`a connection from ${stranger} is answered: HTTP ${reply.status}`);
  } catch (thrown) {
    if (thrown instanceof OpsError && codeOf(thrown.cause) === 'ECONNRESET')
      return ok(`a connection from ${stranger} is reset`);
    throw thrown;
  }
}

function admits(ips: readonly string[], address: string): boolean {
  const set = new BlockList();
  for (const text of ips) {
    const [ip = '', prefix] = text.split('/');
    const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) set.addAddress(ip, family);
    else set.addSubnet(ip, Number(prefix), family);
  }
  return set.check(address);
}

async function tryOversized(context: SecurityContext) {
  const chars = Math.min(context.maxPromptChars + 1, longestPrompt);
  const { status, body } = await chat(context, context.auth.key, 'a'.repeat(chars));
  const refused = status === 413 || (status === 400 && body.includes('prompt too long'));
  if (refused) return ok(`a prompt of ${chars} characters: HTTP ${status}`);
  if (status === 401) return unknown('the attempt needs a valid key: give one with --key-file');
  if (status === 404 || status < 400) return broken(`a prompt of ${chars} characters is taken: HTTP ${status}`);
  return unknown(`a prompt of ${chars} characters: HTTP ${status}, which says nothing of its length`);
}

/** Without a body Ollama would refuse: nothing is ever pulled. */
async function tryPull({ gateway, auth: { header, key }, timeoutMs }: SecurityContext) {
  const headers: Record<string, string> = key === undefined ? {} : { [header]: key };
  const { status, body } = await attempt(`${gateway}/api/pull`, { timeoutMs, method: 'POST', headers });
  if (body.includes('missing request body')) return broken(`/api/pull is answered by Ollama: HTTP ${status}`);
  if (status === 404) return ok('/api/pull: HTTP 404');
  return unknown(`/api/pull: HTTP ${status}${key === undefined ? ', without a key; give one with --key-file' : ''}`);
}
