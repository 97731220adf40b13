import { OpsError, reasonOf } from '../errors.ts';
import { runProgram } from '../probes/run.ts';
import { untranslated } from '../text.ts';
import { broken, type Claim, ok, type SecurityContext, unknown, type Verdict } from './claim.ts';
import { droppedFrom } from './reachable.ts';

/** What one program says of the rules, or why it says nothing. */
export type Rules = { readonly text: string } | { readonly failure: string };

export const firewallClaims: readonly Claim[] = [
  {
    layer: 'L1',
    claim: { en: 'firewall rules turn connections away', zh: '防火墙有拒绝规则' },
    fix: {
      en: 'ops firewall print > /etc/clawdbot-ops/firewall.nft && nft -f /etc/clawdbot-ops/firewall.nft; run ops security as root',
      zh: 'ops firewall print > /etc/clawdbot-ops/firewall.nft && nft -f /etc/clawdbot-ops/firewall.nft;请以 root 运行 ops security',
    },
    async run(context: SecurityContext) {
      const { timeoutMs } = context;
      const [nft, iptables] = await Promise.all([
        rulesOf('nft', ['list', 'ruleset'], timeoutMs),
        rulesOf('iptables', ['-S'], timeoutMs),
      ]);
      const inside = judgeRules(nft, iptables);
      const dropped = droppedFrom(context);
      // A firewall before this machine counts as well, and whoever is not root may not read the rules.
      return inside.verdict === 'ok' || dropped.length === 0
        ? inside
        : ok(
            {
              en: 'connections from another machine are dropped: port {ports}',
              zh: '来自另一台机器的连接被丢弃:端口 {ports}',
            },
            { ports: dropped.join(', ') },
          );
    },
  },
];

/** Rules that drop or reject what comes in; whether they are the right ones, only another machine can tell. */
export function judgeRules(nft: Rules, iptables: Rules): Verdict {
  const inputChains = 'text' in nft ? (nft.text.match(/chain \S+ \{[^}]*\bhook input\b[^}]*/g) ?? []) : [];
  if (inputChains.some((chain) => /\b(?:drop|reject)\b/.test(chain)))
    return ok({ en: 'nft: an input chain drops or rejects', zh: 'nft:有 input 链丢弃或拒绝连接' });
  if ('text' in iptables && dropsInput(iptables.text)) {
    return ok({ en: 'iptables: INPUT drops or rejects', zh: 'iptables:INPUT 丢弃或拒绝连接' });
  }
  const failures = [nft, iptables].flatMap((rules) => ('failure' in rules ? [rules.failure] : []));
  return failures.length > 0
    ? unknown(untranslated(failures.join('; ')))
    : broken({ en: 'neither nft nor iptables turns a connection away', zh: 'nft 和 iptables 都没有拒绝连接的规则' });
}

/** Whether INPUT, or a chain to which it leads, drops or rejects. */
function dropsInput(rules: string): boolean {
  const lines = rules.split('\n');
  const chains = ['INPUT'];
  for (const chain of chains) {
    if (lines.includes(`-P ${chain} DROP`)) return true;
    for (const line of lines.filter((one) => one.startsWith(`-A ${chain} `))) {
      const target = / -[jg] (\S+)/.exec(line)?.[1] ?? '';
      if (target === 'DROP' || target === 'REJECT') return true;
      if (lines.includes(`-N ${target}`) && !chains.includes(target)) chains.push(target);
    }
  }
  return false;
}

async function rulesOf(program: string, args: readonly string[], timeoutMs: number): Promise<Rules> {
  try {
    const { exitCode, stdout, stderr } = await runProgram(program, args, { timeoutMs });
    return exitCode === 0 ? { text: stdout } : { failure: `${program}: ${stderr.split('\n')[0]}` };
  } catch (thrown) {
    if (thrown instanceof OpsError) return { failure: reasonOf(thrown) };
    throw thrown;
  }
}
