import { fill, type Text } from '../text.ts';
import type { Comparison, RequestTrail } from './diagnosis.ts';
import { paint, type RenderOptions, renderEvidence, widthOf, wrap } from './terminal.ts';

const words = {
  request: { en: 'Request', zh: '请求' },
  request_id: { en: 'by its id', zh: '按请求 ID' },
  time: { en: 'by time, path, status and duration', zh: '按时间、路径、状态与时长' },
  none: {
    en: 'is in none of the logs that were read: check the id, or tell its time with --at or --since 7d',
    zh: '不在已读取的日志中:请核对 ID,或用 --at、--since 7d 指明时间',
  },
  incomplete: {
    en: "was not found, but not every line of the gateway's log was searched: tell its time with --at",
    zh: '没有找到,但网关日志未能全部搜索:请用 --at 指明时间',
  },
  compared: {
    en: '{measure} {value}, usually {p50} (median of {neighbours} around it)',
    zh: '{measure} {value},通常 {p50}(附近 {neighbours} 个请求的中位数)',
  },
} as const satisfies Record<string, Text>;

const measures: Readonly<Record<Comparison['measure'], Text>> = {
  wait: { en: 'Wait for Ollama', zh: '等待 Ollama' },
  queue: { en: 'Own queue', zh: '自身排队' },
  total: { en: 'Whole time', zh: '总时长' },
  tokens_per_second: { en: 'Speed', zh: '速度' },
};

/** One request through all logs, and beside the requests around it. */
export function renderTrail({ id, lines, fleet, complete }: RequestTrail, options: RenderOptions): string[] {
  const { language } = options;
  return [
    '',
    paint(`${words.request[language]} ${id}`, 1, options),
    ...(lines.length === 0 ? wrap(words[complete ? 'none' : 'incomplete'][language], '  ', widthOf(options)) : []),
    ...lines.flatMap((line) => [`  ${line.kind}, ${words[line.by][language]}`, ...renderEvidence(line, options)]),
    ...fleet.map(({ measure, value, p50, neighbours }) => {
      const [own, usual] = [value, p50].map((one) => amount(measure, one));
      return `  ${fill(words.compared[language], { measure: measures[measure][language], value: own, p50: usual, neighbours })}`;
    }),
  ];
}

function amount(measure: Comparison['measure'], value: number): string {
  return measure === 'tokens_per_second' ? `${value.toFixed(0)} tokens/s` : `${value.toFixed(1)} s`;
}
