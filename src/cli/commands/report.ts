import { hostname } from 'node:os';
import type { Command } from 'commander';
import { OpsError } from '../../errors.ts';
import { stateFolder } from '../../watch/state-folder.ts';
import { readerZone } from '../../zone.ts';
import type { CliCommand, CliContext } from '../command.ts';
import { configOption, readConfiguration } from '../configuration.ts';

interface Options {
  readonly config?: string;
  readonly mail?: boolean;
  readonly monthly?: boolean;
  readonly json?: boolean;
}

const command: CliCommand = {
  summary: 'write the morning report, or how noisy the alerts of last month were',
  example: 'ops report daily --mail',
  build(builder, context) {
    buildDaily(builder.command('daily'), context);
  },
};

export default command;

const dayMs = 86_400_000;

function buildDaily(builder: Command, context: CliContext): void {
  configOption(builder)
    .description('state, incidents since the last report, abnormal requests, certificates, latency, disks, mails')
    .option('--mail', 'send it to everybody who is mailed, through the outbox of watch')
    .option('--monthly', 'the alerts of the last calendar month instead')
    .option('--json', 'print JSON')
    .action((options: Options) => daily(options, context));
}

async function daily({ config: file, mail, monthly, json }: Options, context: CliContext): Promise<void> {
  const { watch, notify, alerts } = await readConfiguration(context, file);
  const folder = stateFolder(watch.state_dir, context.env);
  const [{ openIncidentsBeside }, { openSamplesToRead }, { reportJob }, report, { openChannels }, { mailDomain }] =
    await Promise.all([
      import('../../store/incidents.ts'),
      import('../../store/samples.ts'),
      import('../../watch/reports.ts'),
      import('../../notify/report/index.ts'),
      import('../../notify/channels.ts'),
      import('../../notify/notifier.ts'),
    ]);
  const incidents = openIncidentsBeside(folder);
  const samples = openSamplesToRead(folder);
  try {
    const to = Date.now();
    const timezone = readerZone(alerts.timezone);
    const spoken = { language: notify.language, timezone, host: hostname() };
    const period = monthly
      ? report.monthBefore(to, timezone)
      : { from: incidents.jobs.lastStart(reportJob) ?? to - dayMs, to };
    if (mail) {
      const channels = await openChannels(notify);
      if (channels.size === 0) throw new OpsError('usage', { message: 'NOBODY IS MAILED: set notify.email' });
      const options = { incidents, samples, channels, context: spoken, domain: mailDomain(notify, spoken.host) };
      if (monthly) report.queueMonthly(options, period, to);
      else report.queueDaily(options, period.from, to, to);
      context.stdout.write(
        json ? `${JSON.stringify({ queued: true })}\n` : 'in the outbox: watch sends it within a minute\n',
      );
      return;
    }
    const written = monthly
      ? report.monthlyText(incidents, period, spoken)
      : report.dailyText(incidents, samples, period, spoken);
    context.stdout.write(json ? `${JSON.stringify(written.data)}\n` : written.text);
  } finally {
    samples.close();
    incidents.close();
  }
}
