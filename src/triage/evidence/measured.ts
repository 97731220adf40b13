import { gpuTemperature } from '../../catalogue/gpu.ts';
import { nginxListening } from '../../catalogue/nginx.ts';
import { ollamaUp } from '../../catalogue/ollama.ts';
import { httpUp } from '../../catalogue/watch.ts';
import {
  compare,
  type Expression,
  maximumOverTime,
  minimumOverTime,
  number,
  select,
  unless,
} from '../../expression/ast.ts';
import { type Element, evaluate } from '../../expression/evaluate.ts';
import { promql } from '../../expression/promql.ts';
import type { LogRecord, RecordKind } from '../../logs/record.ts';
import type { Window } from '../../logs/window.ts';
import { queryPrometheus } from '../../probes/prometheus.ts';
import { openSamplesToRead } from '../../store/samples.ts';
import type { SourceReport } from '../diagnosis.ts';
import { type Collected, fact } from './evidence.ts';
import { failed } from './live.ts';

interface Question {
  readonly kind: RecordKind;
  readonly over: (seconds: number) => Expression;
  /** Whether it is only asked of a window that has passed: of the present the parts themselves are asked. */
  readonly past: boolean;
  /** In the words of a probe, so that the same causes read it; undefined where it says nothing. */
  say(element: Element): string | undefined;
}

const downAt =
  (part: (labels: Element['labels']) => string) =>
  ({ labels, value }: Element) =>
    value > 0 ? undefined : `${part(labels)} did not answer watch`;

/** What watch measures that explains a stuck chat; Prometheus has the same series. */
const questions: readonly Question[] = [
  {
    kind: 'nvidia-smi',
    over: (seconds) => maximumOverTime(select(gpuTemperature, { sensor: 'core' }), seconds),
    past: false,
    say: ({ labels, value }) => `GPU ${labels['uuid']} GPU Current Temp : ${value} C`,
  },
  {
    kind: 'sockets',
    over: (seconds) => minimumOverTime(select(nginxListening), seconds),
    past: true,
    say: downAt(() => 'Nginx'),
  },
  {
    kind: 'gateway-api',
    // A gateway is not ready either while its Ollama is down.
    over: (seconds) =>
      unless(
        minimumOverTime(select(httpUp, { check: 'gateway' }), seconds),
        compare(minimumOverTime(select(ollamaUp), seconds), '<', number(1)),
        [],
      ),
    past: true,
    say: downAt(() => 'the gateway'),
  },
  {
    kind: 'ollama-api',
    over: (seconds) => minimumOverTime(select(ollamaUp), seconds),
    past: true,
    say: downAt(({ backend }) => `Ollama ${backend}`),
  },
];

interface Asked {
  readonly window: Window;
  /** Whether the window has passed. */
  readonly past: boolean;
}

/** The extremes of a window that watch has measured, out of the samples.db of its state folder. */
export async function collectSamples(folder: string, asked: Asked): Promise<Collected> {
  try {
    const store = openSamplesToRead(folder);
    try {
      return await measure('watch-samples', folder, asked, async (expression, at) => evaluate(expression, store, at));
    } finally {
      store.close();
    }
  } catch (thrown) {
    const report = failed('watch-samples', folder, thrown);
    return {
      report: { ...report, note: `${report.note}; run as the user of watch, or set watch.state_dir` },
      records: [],
    };
  }
}

/** The same out of Prometheus, which keeps them for longer. */
export async function collectPrometheus(base: string, asked: Asked, timeoutMs: number): Promise<Collected> {
  try {
    return await measure('prometheus', base, asked, (expression, at) =>
      queryPrometheus({ base, query: promql(expression), at, timeoutMs }),
    );
  } catch (thrown) {
    return { report: failed('prometheus', base, thrown), records: [] };
  }
}

async function measure(
  kind: string,
  path: string,
  { window: { from, to }, past }: Asked,
  ask: (expression: Expression, at: number) => Promise<readonly Element[]>,
): Promise<Collected> {
  const seconds = Math.max(1, Math.ceil((to - from) / 1000));
  const put = questions.filter((question) => past || !question.past);
  const expressions = put.map(({ over }) => over(seconds));
  const answers = await Promise.all(expressions.map((expression) => ask(expression, to)));
  const records = answers.flatMap((elements, at): LogRecord[] =>
    elements.flatMap((element) => {
      const text = put[at]?.say(element);
      return text === undefined ? [] : [fact(put[at]?.kind ?? 'nvidia-smi', path, text, to)];
    }),
  );
  const lines = answers.flat().length;
  const report: SourceReport = { kind, path, lines, state: lines > 0 ? 'read' : 'empty' };
  return { report: { ...report, asked: expressions.map((expression) => promql(expression)).join('; ') }, records };
}
