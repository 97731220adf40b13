import { certificateFileMatchesLive, certificateNotAfter, certificateProblem } from '../../catalogue/certificate.ts';
import { ollamaModelContext, ollamaModelVram, ollamaModelVramRatio } from '../../catalogue/ollama.ts';
import { jobLastStart, jobMissed, jobOverruns, jobPeriod } from '../../catalogue/watch.ts';
import { certificateProblemTexts } from '../../certificate-problems.ts';
import { compare, type Expression, number, select } from '../../expression/ast.ts';
import type { Language, Text } from '../../text.ts';
import type { CheckStatus } from '../../watch/snapshot.ts';
import type { PageSource } from '../source.ts';
import { instant } from './instant.ts';

export interface ModelView {
  readonly model: string;
  readonly backend: string;
  /** Bytes of GPU memory. */
  readonly vram: number;
  /** Share that lies in GPU memory; the rest is computed on the CPU. */
  readonly ratio: number | null;
  /** Tokens. */
  readonly context: number | null;
}

export interface CertificateView {
  readonly target: string;
  readonly source: string;
  readonly daysLeft: number;
  readonly problems: readonly string[];
  /** False: renewed, and the server still serves the old one. */
  readonly reloaded: boolean;
}

export interface ScheduleView {
  readonly check: string;
  readonly state: CheckStatus['state'];
  readonly reason: string | null;
  readonly lastRunAt: number | null;
  /** Milliseconds of wall time; null before the first start. */
  readonly nextRunAt: number | null;
  readonly seconds: number | null;
  readonly missed: number;
  readonly overruns: number;
}

/** The models in memory, largest first. */
export function modelsOf(source: PageSource, at: number): ModelView[] {
  const [ratio, context] = [ollamaModelVramRatio, ollamaModelContext].map((one) => lookup(source, select(one), at));
  return instant(source, select(ollamaModelVram), at)
    .map(({ labels: { model = '', backend = '' }, value }) => ({
      model,
      backend,
      vram: value,
      ratio: ratio?.({ model, backend }) ?? null,
      context: context?.({ model, backend }) ?? null,
    }))
    .sort((a, b) => b.vram - a.vram);
}

const textOf: ReadonlyMap<string, Text> = new Map(Object.entries(certificateProblemTexts));

/** The certificates, the first to end first. */
export function certificatesOf(source: PageSource, at: number, language: Language): CertificateView[] {
  const broken = instant(source, compare(select(certificateProblem), '==', number(1)), at);
  const matches = lookup(source, select(certificateFileMatchesLive), at);
  return instant(source, select(certificateNotAfter), at)
    .map(({ labels: { target = '', source: where = '' }, value }) => ({
      target,
      source: where,
      daysLeft: Math.floor((value - at / 1000) / 86_400),
      problems: broken
        .filter(({ labels }) => labels['target'] === target && labels['source'] === where)
        .map(({ labels: { problem = '' } }) => textOf.get(problem)?.[language] ?? problem),
      reloaded: matches({ target }) !== 0,
    }))
    .sort((a, b) => a.daysLeft - b.daysLeft);
}

/** Each check with its schedule. */
export function scheduleOf(source: PageSource, checks: readonly CheckStatus[], at: number): ScheduleView[] {
  const [started, period, missed, overruns] = [jobLastStart, jobPeriod, jobMissed, jobOverruns].map((one) =>
    lookup(source, select(one), at),
  );
  return checks.map(({ name: check, state, reason, lastRunAt, durationSeconds }) => {
    const last = started?.({ check });
    return {
      check,
      state,
      reason,
      lastRunAt,
      nextRunAt: last === undefined ? null : (last + (period?.({ check }) ?? 0)) * 1000,
      seconds: durationSeconds,
      missed: missed?.({ check }) ?? 0,
      overruns: overruns?.({ check }) ?? 0,
    };
  });
}

/** The value of an expression by labels. */
function lookup(source: PageSource, expression: Expression, at: number) {
  const elements = instant(source, expression, at);
  return (wanted: Readonly<Record<string, string>>): number | undefined =>
    elements.find(({ labels }) => Object.entries(wanted).every(([name, value]) => labels[name] === value))?.value;
}
