import { fillText, type Text } from '../text.ts';

/** The five boxes of the flowchart, in its order; 0 is "nothing wrong". */
export type StepNumber = 1 | 2 | 3 | 4 | 5;

/** ✓ healthy, ✗ the fault is here, ? evidence is missing, – not reached. */
export type StepState = 'healthy' | 'fault' | 'unknown' | 'skipped';

/** A line that decided something: where it stands, and what it says. */
export interface EvidenceLine {
  /** Path of the log, `journal:ollama`, or the program or address that was asked. */
  readonly source: string;
  /** 1-based line number, null for a probe. */
  readonly line: number | null;
  readonly text: string;
}

export interface Step {
  readonly step: StepNumber;
  readonly question: Text;
  readonly state: StepState;
  /** What was found, in one short sentence. */
  readonly answer: Text;
  readonly evidence: readonly EvidenceLine[];
}

export interface Verdict {
  /** Code of the cause list, or `healthy`, or `unknown`. */
  readonly cause: string;
  readonly step: 0 | StepNumber;
  /** The flowchart has no box for this: `step` is the one that it is nearest to. */
  readonly nearest?: true;
  readonly title: Text;
  /** What it means, for a person who does not know GPUs. */
  readonly explanation: Text;
  readonly evidence: readonly EvidenceLine[];
  /** Commands, or one plain sentence where no command exists. */
  readonly fix: readonly string[];
  /** Commands that would prove the verdict. */
  readonly confirm: readonly string[];
}

/** What a verdict says where the flowchart of the article has no box for it: a certificate, a name, a disk, a driver. */
export function nearestBox({ step, nearest }: Pick<Verdict, 'step' | 'nearest'>): Text | undefined {
  return nearest && fillText(nearestBoxText, { step });
}

const nearestBoxText: Text = {
  en: 'The flowchart has no box of its own for this; box {step} is the nearest.',
  zh: '流程图中没有对应的步骤,归入最接近的第 {step} 步。',
};

export interface SourceReport {
  /** `nginx-access`, `gateway-log`, `ollama-log`, `nvidia-smi`, `inflight`, … */
  readonly kind: string;
  readonly path: string;
  readonly lines: number;
  /** What was asked of it, where its path does not say so: LogQL or PromQL. */
  readonly asked?: string;
  readonly state: 'read' | 'missing' | 'unreadable' | 'empty' | 'timeout';
  /** Why it could not be read and what would make it readable. */
  readonly note?: string;
}

/** A line about one request, and by what it was found: its id, or time, path, status and duration. */
export interface TrailLine extends EvidenceLine {
  readonly kind: string;
  readonly by: 'request_id' | 'time';
}

/** A value of one request beside the median of those for the same model around it; seconds, or tokens per second. */
export interface Comparison {
  readonly measure: 'wait' | 'queue' | 'total' | 'tokens_per_second';
  readonly value: number;
  readonly p50: number;
  /** Requests that the median is of. */
  readonly neighbours: number;
}

/** One request through all logs. */
export interface RequestTrail {
  readonly id: string;
  readonly lines: readonly TrailLine[];
  readonly fleet: readonly Comparison[];
  /** Whether every line of the gateway's log that may hold it was searched. */
  readonly complete: boolean;
}

/** What `ops triage` prints, the mail of an incident quotes, and the ops page shows. */
export interface Diagnosis {
  readonly verdict: Verdict;
  /** Other findings: echoes of the cause, or faults that do not explain a stuck chat. */
  readonly also: readonly Verdict[];
  readonly steps: readonly Step[];
  /** Where one request was asked for; without lines where it is in none of what was read. */
  readonly request?: RequestTrail;
  /** RFC 3339. */
  readonly window: { readonly from: string; readonly to: string };
  readonly sources: readonly SourceReport[];
  readonly took_ms: number;
}
