import { Option } from 'commander';
import { exitCode, OpsError } from '../../errors.ts';
import { type LogKind, logKinds } from '../../logs/record.ts';
import { type Language, languages } from '../../text.ts';
import type { CliCommand, CliContext } from '../command.ts';

interface Options {
  readonly kind: LogKind | 'auto';
  readonly lang: Language;
  readonly json?: boolean;
  readonly explain?: boolean;
}

export default {
  summary: 'name the cause that one log shows, pasted or piped',
  example: 'journalctl -u ollama -n 300 | ops diagnose - --kind ollama-log',
  build(command, context) {
    command
      .argument('[file]', 'a log file (.gz too), or - for standard input', '-')
      .addOption(new Option('--kind <kind>', 'what the log is').choices(['auto', ...logKinds]).default('auto'))
      .addOption(new Option('--lang <lang>', 'language').choices([...languages]).default('en'))
      .option('--json', 'print JSON')
      .option('--explain', 'explain the other findings too')
      .action((file: string, options: Options) => diagnose(file, options, context));
  },
} satisfies CliCommand;

async function diagnose(file: string, options: Options, context: CliContext): Promise<void> {
  const { diagnoseText } = await import('../../triage/diagnose.ts');
  const text = await readText(file, context);
  const diagnosis = await diagnoseText(text, { source: file, kind: options.kind });
  if (options.json) {
    const { textReport } = await import('../../triage/report.ts');
    context.stdout.write(`${JSON.stringify(textReport(diagnosis, options.lang), null, 2)}\n`);
  } else {
    const { renderAlso, renderVerdict } = await import('../../triage/render.ts');
    const how = { language: options.lang, colours: context.stdout.isTTY === true, explain: options.explain === true };
    const shown = [...renderVerdict(diagnosis.verdict, how), ...renderAlso(diagnosis.also, how)];
    context.stdout.write(`${shown.join('\n')}\n`);
  }
  context.exit(exitOf(diagnosis.verdict.cause, diagnosis.verdict.step));
}

function exitOf(cause: string, step: number): number {
  if (cause === 'unknown') return exitCode.unknown;
  return step === 0 ? exitCode.fine : exitCode.fault;
}

async function readText(file: string, { stdin, stderr }: CliContext): Promise<string> {
  const { readLogFile, readLogStream } = await import('../../logs/source.ts');
  const { state, lines, note } = await (file === '-' ? readLogStream(stdin) : readLogFile(file));
  if (state !== 'read' && state !== 'empty') {
    throw new OpsError('file_unreadable', { path: file, reason: note ?? state });
  }
  // Of a file that is one line, or nothing but NULs, nothing that was read says anything.
  if (note !== undefined && lines.every(({ text }) => !/[^\0\s]/.test(text))) {
    throw new OpsError('file_unreadable', { path: file, reason: `${note}, in which no line stands` });
  }
  if (note !== undefined) stderr.write(`ops: ${file}: ${note}\n`);
  return lines.map(({ text }) => text).join('\n');
}
