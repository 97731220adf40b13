import type { Language } from '../text.ts';
import type { TextDiagnosis } from './diagnose.ts';
import type { Diagnosis, Verdict } from './diagnosis.ts';
import type { DiagnosisReport } from './report-schema.ts';

/** A verdict as `--json` prints it: one language, no other names. */
export function verdictReport(
  { cause, step, nearest, title, explanation, evidence, fix, confirm }: Verdict,
  language: Language,
) {
  const box = { step, ...(nearest ? { nearest } : {}) };
  return { cause, ...box, title: title[language], explanation: explanation[language], evidence, fix, confirm };
}

/** `ops triage --json`, as docs/triage.schema.json describes it. */
export function diagnosisReport(diagnosis: Diagnosis, language: Language): DiagnosisReport {
  return {
    verdict: verdictReport(diagnosis.verdict, language),
    also: diagnosis.also.map((verdict) => verdictReport(verdict, language)),
    steps: diagnosis.steps.map(({ step, question, state, answer, evidence }) => ({
      step,
      question: question[language],
      state,
      answer: answer[language],
      evidence,
    })),
    ...(diagnosis.request ? { request: diagnosis.request } : {}),
    window: diagnosis.window,
    sources: diagnosis.sources,
    took_ms: diagnosis.took_ms,
  };
}

/** `ops diagnose --json`. */
export function textReport({ kind, verdict, also }: TextDiagnosis, language: Language) {
  return { kind, ...verdictReport(verdict, language), also: also.map((other) => verdictReport(other, language)) };
}
