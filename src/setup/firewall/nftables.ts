import { type FirewallPolicy, familyOf } from './policy.ts';

/** A table of its own: loading it again replaces it in one step and touches no rule of anybody else. */
export function renderNftables({ open, closed, trusted }: FirewallPolicy): string {
  const trustedRules = ([4, 6] as const).flatMap((family) => {
    const addresses = familyOf(trusted?.addresses ?? [], family);
    if (trusted === undefined || addresses.length === 0) return [];
    const source = `${family === 4 ? 'ip' : 'ip6'} saddr { ${addresses.join(', ')} }`;
    return [`${source} tcp dport ${trusted.port} accept comment "gateway.whitelist.ips"`];
  });
  return `# nftables rules, made by: ops firewall print
# Check: nft -c -f FILE    Load: nft -f FILE    Take out: nft delete table inet clawdbot_ops
# At boot: include "/etc/clawdbot-ops/firewall.nft" at the end of /etc/nftables.conf, systemctl enable nftables.
# Ports that docker publishes are forwarded and do not come by here: publish them on 127.0.0.1.
table inet clawdbot_ops
delete table inet clawdbot_ops
table inet clawdbot_ops {
    chain input {
        type filter hook input priority filter; policy drop;
        iif lo accept
${trustedRules.map((rule) => `        ${rule}\n`).join('')}        # Before what is established: a connection that was open when the rules are loaded ends as well.
        ct direction original tcp dport { ${closed.join(', ')} } counter drop comment "clawdbot-ops and Ollama"
        ct state established,related accept
        ct state invalid drop
        # IPv6 needs its neighbours, routers and path MTU; IPv4 the last. By number: names need /etc/protocols.
        meta l4proto 58 accept comment "ICMPv6"
        icmp type { destination-unreachable, time-exceeded, parameter-problem, echo-request } accept
        ip6 saddr fe80::/10 udp dport 546 accept comment "DHCPv6"
        tcp dport { ${open.join(', ')} } accept comment "ssh, HTTP, HTTPS"
    }
}
`;
}
