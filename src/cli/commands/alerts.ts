import type { Command } from 'commander';
import { formatDuration, parseDuration } from '../../duration.ts';
import { exitCode, OpsError } from '../../errors.ts';
import type { IncidentStore } from '../../store/incidents.ts';
import { stateFolder } from '../../watch/state-folder.ts';
import { buildExport } from '../alerts/export.ts';
import { matchersOf } from '../alerts/matchers.ts';
import { buildReplay } from '../alerts/replay.ts';
import { pairs } from '../alerts/words.ts';
import type { CliCommand, CliContext } from '../command.ts';
import { configOption, readConfiguration } from '../configuration.ts';

interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

const command: CliCommand = {
  summary: 'list, silence, acknowledge, test, replay and export alerts',
  example: 'ops alerts silence GpuMemoryHigh uuid=GPU-0 --for 2h --reason "new model"',
  build(builder, context) {
    buildList(builder.command('list'), context);
    buildSilence(builder.command('silence'), context);
    buildAck(builder.command('ack'), context);
    buildTest(builder.command('test'), context);
    buildReplay(builder.command('replay'), context);
    buildExport(builder.command('export'), context);
  },
};

export default command;

function buildList(builder: Command, context: CliContext): void {
  configOption(builder)
    .description('list the incidents that fire, and the silences in force')
    .option('--json', 'print JSON')
    .action(async ({ config, json }: Options) => {
      const [incidents, silences, acknowledged] = await withStore(context, config, (store) => [
        store.firing(),
        store.operator.silences(Date.now()),
        store.operator.acknowledged(),
      ]);
      const firing = incidents.map((one) => ({ ...one, acknowledged: acknowledged.has(one.id) }));
      if (json) {
        context.stdout.write(`${JSON.stringify({ firing, silences })}\n`);
        return;
      }
      const lines = firing.map(({ id, rule, severity, labels, rootId, acknowledged: acked, openedAt }) => {
        const notes = [acked ? 'acknowledged' : '', rootId === null ? '' : `consequence of OPS-${rootId}`];
        const age = formatDuration(Math.max(1000, Math.round((Date.now() - openedAt) / 1000) * 1000));
        return [`OPS-${id}`, severity, rule, pairs(labels), `for ${age}`, ...notes].filter(Boolean).join('  ');
      });
      if (lines.length === 0) lines.push('nothing fires');
      for (const { id, matchers, expiresAt, reason } of silences) {
        lines.push(`silence ${id}  ${pairs(matchers)}  until ${new Date(expiresAt).toISOString()}  ${reason}`);
      }
      context.stdout.write(`${lines.join('\n')}\n`);
    });
}

interface SilenceOptions extends Options {
  readonly for: string;
  readonly reason: string;
  readonly end?: string;
}

function buildSilence(builder: Command, context: CliContext): void {
  configOption(builder)
    .description('send no mail about matching alerts for a while; who was told of a fault is still told of its end')
    .argument('[matchers...]', 'name of a rule, or label=value; * stands for any text, all of them must match')
    .option('--for <duration>', 'how long', '2h')
    .option('--reason <text>', 'why, for those who look at it later', '')
    .option('--end <number>', 'end a silence instead, by its number')
    .option('--json', 'print JSON')
    .action(async (words: string[], options: SilenceOptions) => {
      const now = Date.now();
      if (options.end !== undefined) {
        const id = numberOf(options.end, '--end');
        const ended = await withStore(context, options.config, ({ operator }) => operator.expire(id, now));
        if (!ended)
          throw new OpsError('usage', { message: `--end: no silence ${id} is in force; see ops alerts list` });
        context.stdout.write(options.json ? `${JSON.stringify({ ended: id })}\n` : `silence ${id} ended\n`);
        return;
      }
      const matchers = await matchersOf(words);
      const ms = parseDuration(options.for);
      if (!ms) throw new OpsError('usage', { message: `--for: expected a duration such as 2h, got "${options.for}"` });
      const silence = { matchers, createdAt: now, expiresAt: now + ms, reason: options.reason };
      const id = await withStore(context, options.config, ({ operator }) => operator.silence(silence));
      const sentence = `silence ${id}: ${pairs(matchers)} for ${formatDuration(ms)}; end it with: ops alerts silence --end ${id}`;
      context.stdout.write(options.json ? `${JSON.stringify({ id, ...silence })}\n` : `${sentence}\n`);
    });
}

function buildAck(builder: Command, context: CliContext): void {
  configOption(builder)
    .description('end the reminders of an incident: somebody works on it')
    .argument('<incident>', 'its number, such as OPS-12')
    .option('--json', 'print JSON')
    .action(async (name: string, { config, json }: Options) => {
      const id = numberOf(name.replace(/^OPS-/i, ''), 'incident');
      const known = await withStore(context, config, ({ operator }) => operator.acknowledge(id, Date.now()));
      if (!known) throw new OpsError('usage', { message: `incident: no OPS-${id} fires; see ops alerts list` });
      const sentence = `OPS-${id} acknowledged: no more reminders, its end is still mailed`;
      context.stdout.write(json ? `${JSON.stringify({ acknowledged: id })}\n` : `${sentence}\n`);
    });
}

function buildTest(builder: Command, context: CliContext): void {
  configOption(builder)
    .description('send a test through the configured channels, and say what the server answered and what to repair')
    .option('--mail', 'only by mail')
    .option('--json', 'print JSON')
    .action(async ({ config, json, mail }: Options & { readonly mail?: boolean }) => {
      const [{ testChannels }, { notify }] = await Promise.all([
        import('../../notify/self-test.ts'),
        readConfiguration(context, config),
      ]);
      const results = await testChannels(notify, mail ? ['email'] : undefined);
      if (results.length === 0) throw new OpsError('usage', { message: 'NOBODY IS MAILED: set notify.email' });
      const lines = results.map(({ channel, recipient, result }) =>
        result.kind === 'failed'
          ? `✗ ${channel} to ${recipient}: ${result.reason}`
          : `✓ ${channel} to ${recipient}: ${result.response}`,
      );
      context.stdout.write(json ? `${JSON.stringify({ results })}\n` : `${lines.join('\n')}\n`);
      const fine = results.every(({ result }) => result.kind === 'accepted');
      context.exit(fine ? exitCode.fine : exitCode.fault);
    });
}

async function withStore<T>(
  context: CliContext,
  file: string | undefined,
  use: (store: IncidentStore) => T,
): Promise<T> {
  const { watch } = await readConfiguration(context, file);
  const { openIncidentsBeside } = await import('../../store/incidents.ts');
  const store = openIncidentsBeside(stateFolder(watch.state_dir, context.env));
  try {
    return use(store);
  } finally {
    store.close();
  }
}

/** `GpuMemoryHigh uuid=GPU-0` as label to value. */
function numberOf(text: string, option: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new OpsError('usage', { message: `${option}: expected a number, got "${text}"` });
}
