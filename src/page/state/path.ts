import { gpusVisible } from '../../catalogue/gpu.ts';
import { nginxListening } from '../../catalogue/nginx.ts';
import { ollamaUp } from '../../catalogue/ollama.ts';
import { httpUp } from '../../catalogue/watch.ts';
import { type Expression, minimum, select } from '../../expression/ast.ts';
import { fill, type Language } from '../../text.ts';
import type { StepNumber } from '../../triage/diagnosis.ts';
import type { AlertStatus } from '../../watch/snapshot.ts';
import type { Looked } from '../lookout.ts';
import type { PageSource } from '../source.ts';
import { pageTexts } from '../texts.ts';
import { instant } from './instant.ts';

export type BoxState = 'healthy' | 'fault' | 'unknown' | 'skipped';

/** One of the five boxes of the flowchart, as it stands now. */
export interface BoxView {
  readonly step: StepNumber;
  readonly name: string;
  readonly state: BoxState;
  /** What was found, in one sentence. */
  readonly answer: string;
  /** Wall time of what decided, milliseconds; null while nothing is known. */
  readonly at: number | null;
  readonly evidence: readonly { source: string; line: number | null; text: string }[];
}

/** Boxes that have a value of their own, which is below 1 while they are down. */
const boxes: readonly { step: StepNumber; name: keyof typeof pageTexts; up?: Expression }[] = [
  { step: 1, name: 'boxNginx', up: minimum(select(nginxListening)) },
  { step: 2, name: 'boxGateway', up: minimum(select(httpUp, { check: 'gateway' })) },
  { step: 3, name: 'boxOllama', up: minimum(select(ollamaUp)) },
  { step: 4, name: 'boxLog' },
  { step: 5, name: 'boxGpu', up: minimum(select(gpusVisible)) },
];

/** The box that the rules of a group speak of; rules of the other groups speak of no box. */
export const boxOfGroup: Readonly<Record<string, StepNumber>> = {
  edge: 1,
  certificate: 1,
  gateway: 2,
  ollama: 3,
  latency: 3,
  gpu: 5,
  'gpu-memory': 5,
  kernel: 5,
};

export interface PathInput {
  readonly source: PageSource;
  readonly at: number;
  readonly alerts: readonly AlertStatus[];
  readonly boxOfRule: ReadonlyMap<string, StepNumber>;
  readonly looked: Looked | undefined;
  readonly language: Language;
}

/** The path of a chat: what fires decides a box, then what was measured, then the last walk of triage. */
export function pathOf(input: PathInput): BoxView[] {
  return boxes.map(({ step, name, up }) => {
    const walked = walkedBox(input, step);
    const decided = firingBox(input, step) ?? (up && measuredBox(input, up, walked.state)) ?? walked;
    return { step, name: pageTexts[name][input.language], evidence: walked.evidence, ...decided };
  });
}

type Decided = Pick<BoxView, 'state' | 'answer' | 'at'>;

function firingBox({ alerts, boxOfRule, language }: PathInput, step: StepNumber): Decided | undefined {
  const alert = alerts.find(
    ({ rule, state, severity }) => state === 'firing' && severity !== 'info' && boxOfRule.get(rule) === step,
  );
  return alert && { state: 'fault', answer: alert.summary[language], at: alert.since };
}

function measuredBox({ source, at, language }: PathInput, up: Expression, walked: BoxState): Decided | undefined {
  const [value] = instant(source, up, at);
  // Triage may know more: why it is down, or what is wrong although it answers.
  if (value === undefined || walked === 'fault') return undefined;
  if (value.value < 1) return { state: 'fault', answer: pageTexts.notUp[language], at };
  return walked === 'healthy' ? undefined : { state: 'healthy', answer: pageTexts.isUp[language], at };
}

function walkedBox({ looked, language }: PathInput, step: StepNumber): Decided & Pick<BoxView, 'evidence'> {
  const walked = looked?.diagnosis.steps.find((one) => one.step === step);
  if (!looked || !walked) return { state: 'unknown', answer: pageTexts.looking[language], at: null, evidence: [] };
  const { state, answer, evidence } = walked;
  return { state, answer: fill(answer[language], {}), at: looked.at, evidence: evidence.slice(-3) };
}
