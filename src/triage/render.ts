import type { Language, Text } from '../text.ts';
import type { Diagnosis, SourceReport, Step, StepState, Verdict } from './diagnosis.ts';
import { renderTrail } from './render-trail.ts';
import { paint, type RenderOptions, renderEvidence, widthOf, wrap } from './terminal.ts';

const marks: Readonly<Record<StepState, string>> = { healthy: '✓', fault: '✗', unknown: '?', skipped: '–' };
const colourOf: Readonly<Record<StepState, number>> = { healthy: 32, fault: 31, unknown: 33, skipped: 90 };

const words = {
  cause: { en: 'Cause', zh: '原因' },
  fix: { en: 'Fix', zh: '处理' },
  confirm: { en: 'Confirm with', zh: '确认' },
  also: { en: 'Also seen', zh: '另外发现' },
  sources: { en: 'Read', zh: '已读取' },
  line: { en: 'line', zh: '行' },
  box: { en: 'box', zh: '第' },
  lines: { en: 'lines', zh: '行' },
} as const satisfies Record<string, Text>;

/** Where the walk goes from a box, and why. */
const branches: Readonly<Record<StepState, Text>> = {
  healthy: { en: '→ yes, so the next box is asked', zh: '→ 是,继续下一步' },
  fault: { en: '→ no: a fault is here', zh: '→ 否:此处有故障' },
  unknown: { en: '→ cannot be told, so the next box is asked', zh: '→ 无法判断,继续下一步' },
  skipped: { en: '→ not told, and not needed: the way before it is broken', zh: '→ 无需判断:前面的链路已中断' },
};

/** The five boxes, the cause, the fix: what a person on call reads, in 80 columns. Ends with a newline. */
export function renderDiagnosis(diagnosis: Diagnosis, options: RenderOptions): string {
  const { language } = options;
  const trail = diagnosis.request ? renderTrail(diagnosis.request, options) : [];
  const isFound = diagnosis.request?.lines.length !== 0;
  const parts = [
    ...diagnosis.steps.flatMap((step) => renderStep(step, options)),
    // What is said of others must not be taken for the request's.
    ...(isFound ? [] : trail),
    '',
    ...renderVerdict(diagnosis.verdict, options),
    ...renderAlso(diagnosis.also, options),
    ...(isFound ? trail : []),
    ...(options.explain
      ? ['', words.sources[language], ...diagnosis.sources.flatMap((source) => renderSource(source, options))]
      : []),
    '',
    `${diagnosis.window.from} – ${diagnosis.window.to} · ${Math.round(diagnosis.took_ms)} ms`,
  ];
  return `${parts.join('\n')}\n`;
}

/** One verdict with its lines, for `ops diagnose`. */
export function renderVerdict(verdict: Verdict, options: RenderOptions): string[] {
  const { language } = options;
  const step = verdict.step === 0 ? '' : ` · ${box(verdict, language)}`;
  const head = `${words.cause[language]}: ${verdict.title[language]}  [${verdict.cause}${step}]`;
  return [
    ...wrap(head, '', widthOf(options)).map((row) => paint(row, 1, options)),
    ...wrap(verdict.explanation[language], '  ', widthOf(options)),
    ...verdict.evidence.flatMap((line) => renderEvidence(line, options)),
    ...list(words.fix[language], verdict.fix, options),
    ...list(words.confirm[language], verdict.confirm, options),
  ];
}

/** The other findings, one line each, or explained. */
export function renderAlso(also: readonly Verdict[], options: RenderOptions): string[] {
  if (also.length === 0) return [];
  const { language } = options;
  const each = also.flatMap((verdict) =>
    options.explain ? renderVerdict(verdict, options) : [`  ${verdict.title[language]} [${verdict.cause}]`],
  );
  return ['', `${words.also[language]}:`, ...each];
}

function renderStep(step: Step, options: RenderOptions): string[] {
  const { language } = options;
  const head = `${marks[step.state]} ${step.step} ${step.question[language]}`;
  const quoted = step.state === 'fault' || options.explain ? step.evidence : [];
  return [
    paint(head, colourOf[step.state], options),
    ...wrap(step.answer[language], '    ', widthOf(options)),
    ...(options.explain ? [`    ${branches[step.state][language]}`] : []),
    ...quoted.slice(0, 3).flatMap((line) => renderEvidence(line, options)),
  ];
}

function renderSource({ kind, path, lines, state, asked, note }: SourceReport, options: RenderOptions): string[] {
  return [
    `  ${kind.padEnd(14)} ${state.padEnd(10)} ${lines} ${path}`,
    ...(note ? wrap(note, '    ', widthOf(options)) : []),
    ...(asked ? [`    ${asked}`] : []),
  ];
}

function list(title: string, commands: readonly string[], options: RenderOptions): string[] {
  return commands.length === 0 ? [] : [paint(`${title}:`, 1, options), ...commands.map((command) => `  ${command}`)];
}

/** The flowchart of the article has no box for a certificate, a name, a disk or a driver. */
function box({ step, nearest }: Verdict, language: Language): string {
  if (language === 'zh') return nearest ? `流程图无此项,归入第 ${step} 步` : `第 ${step} 步`;
  return nearest ? `no box of its own, nearest ${step}` : `box ${step}`;
}
