import { BlockList, isIP } from 'node:net';
import { codeOf, OpsError } from '../errors.ts';
import { attempt } from '../probes/attempt.ts';
import { untranslated } from '../text.ts';
import { broken, type Claim, ok, type SecurityContext, unknown } from './claim.ts';
import { chat, judgeKeyless, keyless } from './keyless.ts';
import { closedFrom } from './reachable.ts';

/** Longest prompt that is tried, in characters. */
const longestPrompt = 4_000_000;

/** Of loopback, and of no program: a peer that no whitelist means. */
const stranger = '127.83.69.67';

export const gatewayClaims: readonly Claim[] = [
  {
    layer: 'L3',
    claim: { en: 'the gateway refuses a caller without a key', zh: '网关拒绝无密钥的请求' },
    fix: { en: 'set gateway.auth.enabled: true', zh: '设置 gateway.auth.enabled: true' },
    run: async (context) => judgeKeyless(await chat(context.gateway, context, undefined), keyless),
  },
  {
    layer: 'L3',
    claim: { en: 'the gateway refuses a wrong key', zh: '网关拒绝错误密钥' },
    fix: {
      en: 'set gateway.auth.enabled: true and keys of your own in gateway.auth.valid_keys',
      zh: '设置 gateway.auth.enabled: true,并在 gateway.auth.valid_keys 中写入自己的密钥',
    },
    run: async (context) =>
      judgeKeyless(await chat(context.gateway, context, 'ops-security-wrong-key'), {
        en: 'a request with a wrong key',
        zh: '密钥错误的请求',
      }),
  },
  {
    layer: 'L3',
    claim: { en: 'the gateway resets a peer that is not whitelisted', zh: '网关断开白名单以外的地址' },
    fix: {
      en: 'set gateway.whitelist.enabled: true and list only the addresses of Nginx and Clawdbot in gateway.whitelist.ips',
      zh: '设置 gateway.whitelist.enabled: true,并在 gateway.whitelist.ips 中只列出 Nginx 和 Clawdbot 的地址',
    },
    run: tryStranger,
  },
  {
    layer: 'L3',
    claim: { en: 'the gateway refuses an oversized prompt', zh: '网关拒绝超长提示词' },
    fix: {
      en: 'set gateway.limits.max_prompt_chars to what the models can read',
      zh: '把 gateway.limits.max_prompt_chars 设为模型能读取的长度',
    },
    run: tryOversized,
  },
  {
    layer: 'L4',
    claim: { en: 'models cannot be pulled through the gateway', zh: '无法经网关拉取模型' },
    fix: {
      en: 'let gateway.listen be the port of ops gateway, not of Ollama or of a plain proxy',
      zh: 'gateway.listen 应是 ops gateway 的端口,而不是 Ollama 或普通代理的端口',
    },
    run: tryPull,
  },
];

async function tryStranger(context: SecurityContext) {
  const { hostname } = new URL(context.gateway);
  const { enabled, ips } = context.whitelist;
  if (hostname !== 'localhost' && !hostname.startsWith('127.')) {
    if (closedFrom(context, [Number(new URL(context.gateway).port)])) {
      return ok({ en: 'another machine does not reach it', zh: '另一台机器无法访问它' });
    }
    return unknown(
      {
        en: 'the gateway listens on {hostname}: only another machine is a stranger to it',
        zh: '网关监听在 {hostname} 上:只有另一台机器才是陌生地址',
      },
      { hostname },
    );
  }
  if (enabled && admits(ips, stranger)) {
    return broken(
      {
        en: 'gateway.whitelist.ips admits all of loopback, {stranger} too',
        zh: 'gateway.whitelist.ips 放行了整个回环网段,包括 {stranger}',
      },
      { stranger },
    );
  }
  try {
    const headers = { 'x-forwarded-for': ips[0] ?? '127.0.0.1' };
    const reply = await attempt(`${context.gateway}/health`, {
      ...{ timeoutMs: context.timeoutMs, localAddress: stranger, headers },
    });
    return broken(
      {
        en: 'a connection from {stranger} is answered: HTTP {status}',
        zh: '来自 {stranger} 的连接得到应答:HTTP {status}',
      },
      { stranger, status: reply.status },
    );
  } catch (thrown) {
    if (thrown instanceof OpsError && codeOf(thrown.cause) === 'ECONNRESET')
      return ok({ en: 'a connection from {stranger} is reset', zh: '来自 {stranger} 的连接被重置' }, { stranger });
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
  const { status, body } = await chat(context.gateway, context, context.auth.key, 'a'.repeat(chars));
  const refused = status === 413 || (status === 400 && body.includes('prompt too long'));
  const values = { chars, status };
  if (refused)
    return ok(
      { en: 'a prompt of {chars} characters: HTTP {status}', zh: '{chars} 个字符的提示词:HTTP {status}' },
      values,
    );
  if (status === 401) {
    return unknown({
      en: 'the attempt needs a valid key: give one with --key-file',
      zh: '尝试需要有效的密钥:请用 --key-file 指定',
    });
  }
  if (status === 404 || status < 400) {
    return broken(
      {
        en: 'a prompt of {chars} characters is taken: HTTP {status}',
        zh: '{chars} 个字符的提示词被接受:HTTP {status}',
      },
      values,
    );
  }
  return unknown(
    {
      en: 'a prompt of {chars} characters: HTTP {status}, which says nothing of its length',
      zh: '{chars} 个字符的提示词:HTTP {status},无法说明长度是否被检查',
    },
    values,
  );
}

/** Without a body Ollama would refuse: nothing is ever pulled. */
async function tryPull({ gateway, auth: { header, key }, timeoutMs }: SecurityContext) {
  const headers: Record<string, string> = key === undefined ? {} : { [header]: key };
  const { status, body } = await attempt(`${gateway}/api/pull`, { timeoutMs, method: 'POST', headers });
  if (body.includes('missing request body')) {
    return broken(
      { en: '/api/pull is answered by Ollama: HTTP {status}', zh: '/api/pull 由 Ollama 应答:HTTP {status}' },
      { status },
    );
  }
  const said = `/api/pull: HTTP ${status}`;
  if (status === 404) return ok(untranslated(said));
  if (key !== undefined) return unknown(untranslated(said));
  return unknown({
    en: `${said}, without a key; give one with --key-file`,
    zh: `${said},没有密钥;请用 --key-file 指定`,
  });
}
