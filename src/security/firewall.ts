import { OpsError, reasonOf } from '../errors.ts';
import { runProgram } from '../probes/run.ts';
import { broken, type Claim, ok, type SecurityContext, unknown, type Verdict } from './claim.ts';

/** What one program says of the rules, or why it says nothing. */
export type Rules = { readonly text: string } | { readonly failure: string };

export const firewallClaims: readonly Claim[] = [
  {
    layer: 'L1',
    claim: { en: 'this machine has firewall rules that turn connections away', zh: '本机防火墙有拒绝规则' },
    fix: 'for example: ufw default deny incoming, allow 22, 80 and 443, then ufw enable; run ops security as root',
    async run({ timeoutMs }: SecurityContext) {
      const [nft, iptables] = await Promise.all([
        rulesOf('nft', ['list', 'ruleset'], timeoutMs),
        rulesOf('iptables', ['-S', 'INPUT'], timeoutMs),
      ]);
      return judgeRules(nft, iptables);
    },
  },
];

/** Rules that drop or reject what comes in; whether they are the right ones, only another machine can tell. */
export function judgeRules(nft: Rules, iptables: Rules): Verdict {
  const inputChains = 'text' in nft ? (nft.text.match(/chain \S+ \{[^}]*\bhook input\b[^}]*/g) ?? []) : [];
  if (inputChains.some((chain) => /\b(?:drop|reject)\b/.test(chain))) return ok('nft: an input chain drops or rejects');
  if ('text' in iptables && /^-P INPUT DROP|-j (?:DROP|REJECT)\b/m.test(iptables.text)) {
    return ok('iptables: INPUT drops or rejects');
  }
  const failures = [nft, iptables].flatMap((rules) => ('failure' in rules ? [rules.failure] : []));
  return failures.length > 0
    ? unknown(failures.join('; '))
    : broken('neither nft nor iptables turns a connection away');
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
