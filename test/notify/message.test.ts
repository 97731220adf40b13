import { expect, test } from 'vitest';
import { selectorsOf } from '../../src/expression/ast.ts';
import type { Incident, IncidentEvent } from '../../src/incident.ts';
import type { MessageContext } from '../../src/notify/context.ts';
import { renderMessage } from '../../src/notify/message.ts';
import { type Notice, noticeOf, subjectOf } from '../../src/notify/notice.ts';
import { sparkline } from '../../src/notify/sparkline.ts';
import { activate, loadRuleGroups } from '../../src/rule.ts';
import type { Diagnosis } from '../../src/triage/diagnosis.ts';
import { entryOf, start } from './support/entry.ts';

const rules = activate((await loadRuleGroups()).flatMap((group) => group.rules));
const rule = rules.find(({ name }) => name === 'GpuMemoryHigh') ?? expect.fail('GpuMemoryHigh is gone');

const context: MessageContext = {
  language: 'en',
  timezone: 'Asia/Shanghai',
  pageUrl: undefined,
  pageAddress: '127.0.0.1:9465',
  host: 'box',
  now: start + 2000,
};

const fired: Incident = {
  id: 12,
  rule: rule.name,
  severity: 'warning',
  labels: { uuid: 'GPU-0' },
  state: 'firing',
  openedAt: start,
  closedAt: null,
  value: 0.96,
  peak: 0.96,
  rootId: null,
  flaps: 0,
  announcedAt: null,
  lastToldAt: null,
  reminders: 0,
};
const resolved: Incident = { ...fired, state: 'resolved', closedAt: start + 754_000, peak: 0.991 };

const eventOf = (incident: Incident): IncidentEvent => ({
  kind: incident.state,
  incident,
  at: incident.closedAt ?? incident.openedAt,
  decidedBy: [{ at: start - 15_000, value: 0.9571234 }],
});

const firing = noticeOf(eventOf(fired), rule);
const recovery = noticeOf(eventOf(resolved), rule);

const diagnosis: Diagnosis = {
  verdict: {
    cause: 'gpu-oom',
    step: 4,
    title: { en: 'The GPU ran out of memory', zh: 'GPU 显存不足' },
    explanation: { en: 'The model did not fit.', zh: '模型放不下。' },
    evidence: [{ source: '/var/log/ollama.log', line: 7, text: 'CUDA error: out of <memory>' }],
    fix: ['ollama stop qwen3:32b'],
    confirm: [],
  },
  also: [],
  steps: [],
  window: { from: '2026-11-24T03:00:00Z', to: '2026-11-24T03:12:00Z' },
  sources: [],
  took_ms: 12,
};

const render = (notice: Notice, changes: Partial<MessageContext> = {}, entry = entryOf({ kind: notice.kind })) =>
  renderMessage(entry, notice, notice.kind === 'firing' ? diagnosis : undefined, { ...context, ...changes });

test('the text of a firing tells all, in the order of its use', () => {
  expect(render(firing).text).toMatchInlineSnapshot(`
    "More than 90 % of the memory of GPU GPU-0 is in use, and the models in memory do not explain it, or it grows, or a model did not fit. The next model or a long prompt may not fit, and Ollama then computes on the CPU.

    What and since when
      State: FIRING, warning, incident OPS-12
      Fired: 2026-11-24 11:12:00 Asia/Shanghai (2026-11-24 03:12:00 UTC)
      Value: 96 %, threshold 90 %
      uuid: GPU-0

    Samples that decided
      2026-11-24 11:11:45  95.7 %

    Probable cause (triage)
      The GPU ran out of memory
      The model did not fit.
      /var/log/ollama.log:7  CUDA error: out of <memory>

    Fix
      $ ollama stop qwen3:32b

    Look here first
      $ nvidia-smi
      $ ollama ps
      $ ollama stop MODEL

    More
      Runbook: docs/runbook.md#gpumemoryhigh
      Ops page: ssh -L 9465:127.0.0.1:9465 box, then http://127.0.0.1:9465/#incident-12
    "
  `);
});

test.each([
  ['en', 'box 1 is the nearest'],
  ['zh', '归入最接近的第 1 步'],
] as const)('%s: a cause without a box of its own is mailed with the nearest', (language, words) => {
  const verdict = { ...diagnosis.verdict, step: 1, nearest: true } as const;
  const such = { ...context, language };
  const { text } = renderMessage(entryOf({ kind: 'firing' }), firing, { ...diagnosis, verdict }, such);
  expect(text).toContain(words);
  expect(renderMessage(entryOf({ kind: 'firing' }), firing, diagnosis, such).text).not.toContain(words.slice(-6));
});

test('the text of a resolution', () => {
  expect(render(recovery, { now: start + 755_000 }).text).toMatchInlineSnapshot(`
    "It is over after 12m34s, at its worst 99.1 %: GPU memory 96 % – GPU-0

    What and since when
      State: RESOLVED, warning, incident OPS-12
      Fired: 2026-11-24 11:12:00 Asia/Shanghai (2026-11-24 03:12:00 UTC)
      Resolved: 2026-11-24 11:24:34 Asia/Shanghai (2026-11-24 03:24:34 UTC), after 12m34s
      Value: 96 %, extreme 99.1 %
      uuid: GPU-0

    Samples that decided
      2026-11-24 11:11:45  95.7 %

    Look here first
      $ nvidia-smi
      $ ollama ps
      $ ollama stop MODEL

    More
      Runbook: docs/runbook.md#gpumemoryhigh
      Ops page: ssh -L 9465:127.0.0.1:9465 box, then http://127.0.0.1:9465/#incident-12
    "
  `);
});

test('in Chinese the same mail has the same parts', () => {
  expect(render(firing, { language: 'zh', pageUrl: 'https://ops.example.org' }).text).toMatchInlineSnapshot(`
    "GPU GPU-0 的显存占用超过 90 %,且驻留模型不足以解释、仍在增长,或有模型加载失败。下一个模型或长提示可能放不下,Ollama 会退回 CPU 计算。

    概况
      状态:告警中,警告,事件 OPS-12
      触发:2026-11-24 11:12:00 Asia/Shanghai (2026-11-24 03:12:00 UTC)
      数值:96 %,阈值 90 %
      uuid: GPU-0

    判定依据
      2026-11-24 11:11:45  95.7 %

    可能原因(分诊)
      GPU 显存不足
      模型放不下。
      /var/log/ollama.log:7  CUDA error: out of <memory>

    修复
      $ ollama stop qwen3:32b

    先查看
      $ nvidia-smi
      $ ollama ps
      $ ollama stop MODEL

    更多
      手册:docs/runbook.md#gpumemoryhigh
      运维页面:https://ops.example.org/#incident-12
    "
  `);
});

test('the subject changes its mark only, so that mail programs keep the thread', () => {
  const subject = subjectOf(firing, 'box', 'en');
  expect(subject).toBe('[WARN] GPU memory 96 % – GPU-0 – box (OPS-12)');
  expect(subjectOf(recovery, 'box', 'en')).toBe(subject.replace('WARN', 'OK'));
  expect(subjectOf(recovery, 'box', 'zh')).toBe('[OK] GPU 显存 96 % – GPU-0 – box (OPS-12)');
});

test('a line break in a label becomes no header of its own', () => {
  const notice = noticeOf(eventOf({ ...fired, labels: { uuid: 'GPU-0\r\nBcc: everyone@example.org' } }), rule);
  expect(subjectOf(notice, 'box', 'en')).toBe(
    '[WARN] GPU memory 96 % – GPU-0 Bcc: everyone@example.org – box (OPS-12)',
  );
});

test('every mail of an incident is in one thread and says that a machine wrote it', () => {
  const [first, second] = [render(firing), render(recovery)];
  expect(first.thread).toBe('<inc-12.era@example.org>');
  expect(second.thread).toBe(first.thread);
  expect(second.messageId).not.toBe(first.messageId);
  expect(second.headers).toEqual({
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'List-Id': '<alerts.clawdbot-ops>',
    'X-Alert-Name': 'GpuMemoryHigh',
    'X-Alert-Severity': 'warning',
    'X-Alert-State': 'resolved',
    'X-Alert-Incident': 'OPS-12',
  });
});

test('a late mail says so in its first line, with both times and the reason', () => {
  const entry = entryOf({ kind: 'resolved', attempts: 4, lastError: 'connect ECONNREFUSED' });
  const [line] = render(recovery, { timezone: 'UTC', now: start + 900_000 }, entry).text.split('\n');
  expect(line).toBe(
    'LATE: fired 2026-11-24 03:12:00, resolved 2026-11-24 03:24:34, delivered 2026-11-24 03:27:00, because: connect ECONNREFUSED',
  );
  expect(render(firing, { now: start + 61_000 }).text).toMatch(/^LATE: .* because: delivery was delayed\n/);
  expect(render(firing, { now: start + 59_000 }).text).not.toContain('LATE');
});

test('the HTML has the same content, escaped and short', () => {
  const { html = '' } = render(firing);
  expect(html).toContain('CUDA error: out of &lt;memory&gt;');
  expect(html).not.toContain('<memory>');
  for (const part of ['OPS-12', '96 %', 'GPU-0', 'ollama stop qwen3:32b', '2026-11-24 11:12:00']) {
    expect(html).toContain(part);
  }
  expect(Buffer.byteLength(html)).toBeLessThan(20_000);
});

test('a diagnosis with long evidence keeps the HTML below 20 kB', () => {
  const line = { source: '/var/log/ollama.log', line: 1, text: '<'.repeat(4000) };
  const long = { ...diagnosis, verdict: { ...diagnosis.verdict, evidence: Array.from({ length: 20 }, () => line) } };
  const { html = '' } = renderMessage(entryOf(), firing, long, context);
  expect(Buffer.byteLength(html)).toBeLessThan(20_000);
});

test('the minimal form has text only, without what a filter may have refused', () => {
  const { html, text } = renderMessage(entryOf(), firing, diagnosis, context, { minimal: true });
  expect(html).toBeUndefined();
  expect(text).toContain('GPU-0');
  expect(text).not.toContain('CUDA');
});

test('triage that was not done in time is said, and leaves a command', () => {
  const { text, owesTriage } = renderMessage(entryOf(), firing, 'unfinished', context);
  expect(text).toContain('triage unfinished: what it finds follows in this thread; ops triage asks again');
  expect(owesTriage).toBe(true);
});

test('no mail has an unfilled placeholder, whatever the rule', () => {
  for (const one of rules) {
    const labels = Object.fromEntries(
      selectorsOf(one.expression).flatMap(({ metric }) => Object.keys(metric.labels).map((label) => [label, 'x'])),
    );
    const notice = noticeOf(eventOf({ ...fired, rule: one.name, labels }), one);
    for (const language of ['en', 'zh'] as const) {
      expect(subjectOf(notice, 'box', language) + render(notice, { language }).text).not.toMatch(/\{\w+\}/);
    }
  }
});

test('the deciding samples are drawn, in the text and in the HTML, and the last five are listed', () => {
  const decidedBy = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96].map((value, index) => ({
    at: start - (7 - index) * 15_000,
    value,
  }));
  const { text, html } = renderMessage(entryOf(), noticeOf({ ...eventOf(fired), decidedBy }, rule), undefined, context);
  expect(text).toContain('Samples that decided\n  ▁▃▄▆▆▇██  50 % to 96 %\n  2026-11-24 11:11:00  80 %\n');
  expect(html).toMatch(/role="img" aria-label="50 % to 96 %"[^>]*>▁▃▄▆▆▇██</);
});

test('samples that never changed are a line in the middle', () => {
  expect(sparkline([3, 3, 3])).toBe('▄▄▄');
});

test('an entry that an earlier version wrote, without a sparkline, is sent as it is', () => {
  const { spark: _, ...earlier } = firing;
  expect(renderMessage(entryOf(), earlier, undefined, context).text).toContain('2026-11-24 11:11:45  95.7 %');
});
