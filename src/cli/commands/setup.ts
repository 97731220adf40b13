import { exitCode, OpsError } from '../../errors.ts';
import type { Part } from '../../setup/artefacts.ts';
import type { CliCommand, CliContext } from '../command.ts';
import type { OpsConfiguration } from '../configuration.ts';
import type { Plan } from '../setup/words.ts';

interface Options {
  readonly serverName?: string;
  readonly root: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly uninstall?: boolean;
  readonly json?: boolean;
}

const command: CliCommand = {
  summary:
    'write the files of this host: services, users, Nginx site, certbot hook (exit code 1: something is not written)',
  example: 'ops setup --server-name ai.yourcompany.com',
  build(builder, context) {
    builder
      .option('--server-name <name>', 'public name of the site (default: the host of triage.probe_url, once set up)')
      .option('--root <folder>', 'write below this folder, such as the root of an image', '/')
      .option('--dry-run', 'show the diff and write nothing')
      .option('--yes', 'write without asking')
      .option('--uninstall', 'print the commands that take everything out again; none is run')
      .option('--json', 'print JSON; writes with --yes only')
      .action((options: Options) => (options.uninstall ? uninstall(options, context) : setup(options, context)));
  },
};

export default command;

async function setup(options: Options, context: CliContext): Promise<void> {
  const words = await import('../setup/words.ts');
  const { plan, steps, write } = await planFor(options, context);
  const paths = words.toWrite(plan);
  const { json, dryRun } = options;
  if (!json) context.stdout.write(await words.describePlan(plan));
  if (!dryRun) await refuseClosed(paths);
  const written = paths.length > 0 && !dryRun && (options.yes || (!json && (await agrees(paths.length, context))));
  if (written) await write();
  const files = plan.files.map(({ artefact, state, target }) => ({ path: artefact.path, state, target }));
  if (json) context.stdout.write(`${JSON.stringify({ files, written, steps })}\n`);
  else context.stdout.write(words.describeOutcome(paths.length, written, steps));
  const complete = plan.links.every(({ state }) => state !== 'taken') && (paths.length === 0 || written);
  context.exit(complete ? exitCode.fine : exitCode.fault);
}

async function planFor({ root, serverName }: Options, context: CliContext) {
  const [{ artefacts, links }, { readInstalled }, { planFiles, planLinks }, { stepsAfter }] = await Promise.all([
    import('../../setup/artefacts.ts'),
    import('../../setup/installed.ts'),
    import('../../setup/plan.ts'),
    import('../../setup/steps.ts'),
  ]);
  const present = await presentConfiguration(root, context);
  const name = siteName(serverName, present);
  const installed = await readInstalled(root);
  const wanted = await artefacts({ serverName: name, logrotate: present?.gateway.audit.rotate === 'off' });
  const plan: Plan = {
    files: await planFiles(root, wanted, installed),
    links: await planLinks(root, links),
  };
  const changed = plan.files.filter(({ state }) => state === 'new' || state === 'update');
  const parts = new Set<Part>(changed.map(({ artefact }) => artefact.part));
  return {
    plan,
    steps: stepsAfter(parts, Object.keys(installed).length === 0, name),
    write: async () => (await import('../../setup/write.ts')).write(root, plan.files, plan.links, installed),
  };
}

/** The configuration that the host already has, without this shell's environment. */
async function presentConfiguration(root: string, context: CliContext): Promise<OpsConfiguration | undefined> {
  const [{ existsSync }, { join }, { readConfiguration }] = await Promise.all([
    import('node:fs'),
    import('node:path'),
    import('../configuration.ts'),
  ]);
  const file = join(root, '/etc/clawdbot-ops/ops.yaml');
  return existsSync(file) ? readConfiguration({ ...context, env: {} }, file) : undefined;
}

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const domainName = new RegExp(`^(?=.{1,253}$)${label}(?:\\.${label})+$`, 'i');

function siteName(option: string | undefined, present: OpsConfiguration | undefined): string {
  const url = present?.triage.probe_url;
  const name = option ?? (url === undefined ? undefined : new URL(url).hostname);
  if (name !== undefined && domainName.test(name)) return name.toLowerCase();
  const got = name === undefined ? 'nothing' : `"${name}"`;
  throw new OpsError('usage', { message: `--server-name: expected a name such as ai.yourcompany.com, got ${got}` });
}

async function refuseClosed(paths: readonly string[]): Promise<void> {
  const { firstClosed } = await import('../../setup/write.ts');
  const path = await firstClosed(paths);
  if (path === undefined) return;
  const reason = 'this user may not. Nothing was written; run it as root: sudo ops setup';
  throw new OpsError('file_unwritable', { path, reason });
}

async function agrees(count: number, { stdin, stdout }: CliContext): Promise<boolean> {
  const { createInterface } = await import('node:readline');
  stdout.write(`Write ${count} ${count === 1 ? 'file' : 'files'}? [y/N] `);
  const lines = createInterface({ input: stdin });
  for await (const line of lines) return /^y(?:es)?$/i.test(line.trim());
  return false;
}

async function uninstall({ root, json }: Options, context: CliContext): Promise<void> {
  const [{ readInstalled }, { links }, { stepsToUninstall }, { describeSteps }] = await Promise.all([
    import('../../setup/installed.ts'),
    import('../../setup/artefacts.ts'),
    import('../../setup/steps.ts'),
    import('../setup/words.ts'),
  ]);
  const paths = [...Object.keys(await readInstalled(root)), ...links.map(({ path }) => path)];
  const steps = stepsToUninstall(paths);
  context.stdout.write(json ? `${JSON.stringify({ steps })}\n` : describeSteps(steps));
  context.exit(exitCode.fine);
}
