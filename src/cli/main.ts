import { Command, CommanderError } from 'commander';
import { discover, listUnits, loadUnit } from '../discover.ts';
import { errors, exitCode, OpsError, reasonOf } from '../errors.ts';
import { version } from '../package.ts';
import type { CliCommand, CliContext } from './command.ts';

const folder = new URL('./commands/', import.meta.url);

/** Runs `ops` with the words after the program's name. A known command loads only its own file. */
export async function run(words: readonly string[], context: CliContext): Promise<void> {
  try {
    const program = await buildProgram(words[0], context);
    await program.parseAsync(words, { from: 'user' });
  } catch (thrown) {
    report(thrown, context);
  }
}

async function buildProgram(word: string | undefined, context: CliContext): Promise<Command> {
  const program = new Command('ops')
    .description('Observability and ops for your own LLM chat: gateway, watch, triage.')
    .version(version)
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    })
    .exitOverride()
    .showHelpAfterError('(see ops --help)');
  const names = await listUnits(folder);
  const units =
    word !== undefined && names.includes(word)
      ? [await loadUnit<CliCommand>(folder, word)]
      : await discover<CliCommand>(folder);
  for (const { name, unit } of units) {
    const command = program
      .command(name)
      .description(unit.summary)
      .addHelpText('after', `\nExample:\n  ${unit.example}`)
      .exitOverride();
    unit.build(command, context);
  }
  return program;
}

/** The one place that tells an operator about an error: a sentence on standard error, and the exit code. */
function report(thrown: unknown, context: CliContext): void {
  if (thrown instanceof CommanderError) {
    context.exit(thrown.exitCode === 0 ? exitCode.fine : exitCode.usage);
    return;
  }
  if (thrown instanceof OpsError) {
    const entry = errors[(thrown as OpsError).code];
    context.stderr.write(`ops: ${thrown.message}\n`);
    context.exit(entry.audience === 'operator' ? entry.exitCode : exitCode.internal);
    return;
  }
  context.stderr.write(`ops: internal failure: ${reasonOf(thrown)} (set OPS_DEBUG=1 for the stack)\n`);
  if (context.env['OPS_DEBUG'] && thrown instanceof Error) context.stderr.write(`${thrown.stack}\n`);
  context.exit(exitCode.internal);
}
