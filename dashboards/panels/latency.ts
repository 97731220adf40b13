import { latencyBaseline as baseline, httpPhase, latencyCanary } from '../../src/catalogue/latency.ts';
import { multiply, number, select } from '../../src/expression/ast.ts';
import type { Panel } from '../../src/panel.ts';

const mean = select(baseline, { stat: 'mean' });

/** With the band that the rule LatencyAboveBaseline leaves, whose threshold may be configured: 0.3 for 30 %. */
export function latencyPanel(threshold: number): Panel {
  const percent = Math.round(threshold * 100);
  return {
    key: 'latency-baseline',
    title: { en: 'Canary against its average of seven days', zh: '探测对话耗时与七日均值' },
    description: {
      en: `Canary ${percent} % above its average for an hour: ops triage names the slow part.`,
      zh: `探测对话持续一小时高于均值 ${percent} %:ops triage 会指出慢的环节。`,
    },
    kind: 'timeseries',
    unit: 'seconds',
    queries: [
      { expression: select(latencyCanary), legend: '{model}' },
      { expression: mean, legend: '{model} mean of 7 d', band: 'low' },
      { expression: multiply(number(1 + threshold), mean), legend: `{model} ${percent} % above it`, band: 'high' },
    ],
  };
}

/** By the threshold that is shipped. */
export const latencyBaseline = latencyPanel(0.3);

/** Each phase counts from the start of the request, so the distance of two lines is what the later one took. */
export const latencyPhases: Panel = {
  key: 'latency-phases',
  title: { en: 'Phases of the canary', zh: '探测对话各阶段耗时' },
  description: {
    en: 'From the start to each end. First byte far above TLS: the model. Connect or TLS high: the network or Nginx.',
    zh: '从开始到各阶段结束。首字节远高于 TLS:模型慢;连接或 TLS 高:网络或 Nginx 慢。',
  },
  kind: 'timeseries',
  unit: 'seconds',
  queries: [{ expression: select(httpPhase, { check: 'latency-baseline' }), legend: '{phase}' }],
};
