import { type FirewallPolicy, familyOf } from './policy.ts';

/** `multiport` takes fifteen ports. */
const portsOfOneRule = 15;

/**
 * One file for iptables-restore and ip6tables-restore. The chain only takes away: what it lets pass still meets the other
 * rules of INPUT, so that fail2ban's stay in force and loading the file twice changes nothing.
 */
export function renderIptables({ open, closed, trusted }: FirewallPolicy): string {
  const rules = [
    '-i lo -j RETURN',
    ...([4, 6] as const).flatMap((family) =>
      familyOf(trusted?.addresses ?? [], family).map(
        (address) => `-${family} -s ${address} -p tcp --dport ${trusted?.port} -j RETURN`,
      ),
    ),
    ...multiport(closed, '-p tcp -m conntrack --ctdir ORIGINAL', 'DROP'),
    '-m conntrack --ctstate ESTABLISHED,RELATED -j RETURN',
    ...['destination-unreachable', 'time-exceeded', 'parameter-problem', 'echo-request'].map(
      (type) => `-4 -p icmp --icmp-type ${type} -j RETURN`,
    ),
    '-6 -p ipv6-icmp -j RETURN',
    '-6 -s fe80::/10 -p udp --dport 546 -j RETURN',
    ...multiport(open, '-p tcp', 'RETURN'),
    '-j DROP',
  ];
  return `# iptables rules, made by: ops firewall print --format iptables
# Check: iptables-restore --test --noflush FILE; ip6tables-restore --test --noflush FILE
# Load:  iptables-restore --noflush FILE && ip6tables-restore --noflush FILE; at boot: netfilter-persistent save
# Take out: iptables -D INPUT -j CLAWDBOT-OPS, once for each load; the same with ip6tables.
# Ports that docker publishes are forwarded and do not come by here: publish them on 127.0.0.1.
*filter
:CLAWDBOT-OPS - [0:0]
-I INPUT 1 -j CLAWDBOT-OPS
${rules.map((rule) => `-A CLAWDBOT-OPS ${rule}\n`).join('')}COMMIT
`;
}

function multiport(ports: readonly number[], match: string, target: string): string[] {
  const groups = Math.ceil(ports.length / portsOfOneRule);
  return Array.from({ length: groups }, (_, index) => {
    const group = ports.slice(index * portsOfOneRule, (index + 1) * portsOfOneRule);
    return `${match} -m multiport --dports ${group.join(',')} -j ${target}`;
  });
}
