import { exitCode, OpsError } from '../../errors.ts';
import type { CliCommand, CliContext } from '../command.ts';
import { configOption, readConfiguration } from '../configuration.ts';
import { loginPort } from '../login-port.ts';
import { portOption } from '../port-option.ts';

interface Options {
  readonly config?: string;
  readonly format: string;
  readonly sshPort?: number;
  readonly json?: boolean;
}

const command: CliCommand = {
  summary: 'print firewall rules for this configuration: 22, 80 and 443 open, the rest closed',
  example: 'ops firewall print --format nftables > /etc/clawdbot-ops/firewall.nft',
  build(builder, context) {
    configOption(builder.command('print'))
      .description('print rules as a file to load; nothing is loaded')
      .option('--format <format>', 'nftables, or iptables for both iptables-restore and ip6tables-restore', 'nftables')
      .option(
        '--ssh-port <port>',
        'port of ssh that stays open (default: 22, and the one by which you are logged in)',
        portOption('--ssh-port'),
      )
      .option('--json', 'print JSON')
      .action((options: Options) => print(options, context));
  },
};

async function print({ config, format, sshPort, json }: Options, context: CliContext): Promise<void> {
  const render = await rendererOf(format);
  const { firewallPolicy } = await import('../../setup/firewall/policy.ts');
  const { gateway, page, triage } = await readConfiguration(context, config);
  const policy = firewallPolicy({
    gateway,
    page: page.listen,
    webPorts: triage.web_ports,
    sshPorts: sshPort === undefined ? [22, ...loginPort(context.env)] : [sshPort],
  });
  const text = render(policy);
  context.stdout.write(json ? `${JSON.stringify({ format, ...policy, text })}\n` : text);
  context.exit(exitCode.fine);
}

async function rendererOf(format: string) {
  if (format === 'nftables') return (await import('../../setup/firewall/nftables.ts')).renderNftables;
  if (format === 'iptables') return (await import('../../setup/firewall/iptables.ts')).renderIptables;
  throw new OpsError('usage', { message: `--format: expected nftables or iptables, got "${format}"` });
}

export default command;
