import { z } from 'zod';
import { gpuXidEvents, oomKills } from '../catalogue/kernel.ts';
import type { Metric } from '../catalogue/metric.ts';
import { checkDuration, checkLastSuccess } from '../catalogue/watch.ts';
import { type Check, type CheckConfig, type CheckContext, schedule } from '../check.ts';
import { duration } from '../config/types.ts';
import type { Labels, Sample } from '../expression/series.ts';
import { parseLog } from '../logs/formats/index.ts';
import { within } from '../logs/window.ts';
import { type KernelEvent, parseKernelEvent } from '../probes/kernel-events.ts';
import { followKernelLog, type KernelLog } from '../probes/kernel-log.ts';
import { xids } from '../xid.ts';

interface KernelConfig extends CheckConfig {
  readonly source: string;
}

/** How far before its start the first watch of a machine looks, so that what killed its services is not lost. Milliseconds. */
const lookBack = 300_000;

/** After a longer absence what the log says is history, milliseconds. */
const longestAbsence = 86_400_000;

const offTheBus = 79;

/** A counter of one label value; `shown` once a sample of it has been given. */
interface Count {
  readonly metric: Metric;
  readonly labels: Labels;
  value: number;
  shown: boolean;
}

/** Where each log has been read to and what it said, for as long as this process runs. */
interface State {
  readonly read: KernelLog;
  readonly counts: Map<string, Count>;
  /** What is older was read by an earlier watch, or is of no interest. Wall time, milliseconds. */
  readonly from: number;
  started: boolean;
  /** The kernel tells one kill in several lines. */
  lastKilled: number | undefined;
  offBus: boolean;
}

const states = new Map<string, State>();

const check: Check<KernelConfig> = {
  summary: {
    en: 'GPU errors (XID) and out-of-memory kills in the kernel log',
    zh: '内核日志中的 GPU 错误(XID)与 OOM 杀进程',
  },
  metrics: [gpuXidEvents, oomKills],
  schema: z.strictObject({
    every: schedule.prefault('15s'),
    timeout: duration.prefault('10s'),
    /** `journal`, `/dev/kmsg`, or a file such as /var/log/kern.log. */
    source: z.string().min(1).default('journal'),
  }),
  async run({ source, timeout }, { clock, log, stored }) {
    const now = clock.now();
    const state = states.get(source) ?? newState(source, readUntil(stored, now) ?? now - lookBack);
    states.set(source, state);
    const { from } = state;
    const lines = await state.read({ from, now, timeoutMs: timeout * 0.8 });
    const records = parseLog(
      'dmesg',
      lines.map((line) => ({ ...line, number: null })),
      source,
    );
    // Only a file's first read gives older lines.
    const fresh = state.started ? records : within(records, { from, to: now + lookBack });
    state.started = true;
    for (const { message } of fresh) {
      const event = parseKernelEvent(message);
      if (event) note(event, state, log);
    }
    return [...state.counts.values()].flatMap((count) => samplesOf(count, now));
  },
};

/** Where an earlier watch stopped reading: its last good run began there. Undefined where there was none. */
function readUntil(stored: CheckContext['stored'], now: number): number | undefined {
  const secondsOf = (metric: Metric): number | undefined =>
    stored(metric, now - longestAbsence).find(({ labels }) => labels['check'] === 'kernel')?.value;
  const [ended, took = 0] = [secondsOf(checkLastSuccess), secondsOf(checkDuration)];
  // A moment to come was measured by a clock that was wrong.
  return ended === undefined || ended * 1000 > now ? undefined : Math.max((ended - took) * 1000, now - longestAbsence);
}

/** Known codes begin at 0, so that their first event is an increase. */
function newState(source: string, from: number): State {
  const state: State = {
    read: followKernelLog(source),
    counts: new Map(),
    from,
    started: false,
    lastKilled: undefined,
    offBus: false,
  };
  for (const code of xids.keys()) add(state, gpuXidEvents, { xid: String(code) }, 0);
  add(state, oomKills, { process: 'ollama' }, 0);
  return state;
}

function note(event: KernelEvent, state: State, log: CheckContext['log']): void {
  if (event.kind === 'oom') {
    if (event.pid === state.lastKilled) return;
    state.lastKilled = event.pid;
    log.warn({ process: event.process, pid: event.pid }, 'the kernel killed a process for want of memory');
    add(state, oomKills, { process: event.process }, 1);
    return;
  }
  // The words follow the code in most drivers; alone they count once.
  if (event.kind === 'off-bus' && state.offBus) return;
  const code = event.kind === 'xid' ? event.xid : offTheBus;
  if (code === offTheBus) state.offBus = true;
  const known = xids.get(code);
  const device = event.kind === 'xid' ? event.device : undefined;
  log.warn(
    { xid: code, device, meaning: known?.meaning.en, action: known?.action },
    'the NVIDIA driver reports an error',
  );
  add(state, gpuXidEvents, { xid: String(code) }, 1);
}

function add({ counts }: State, metric: Metric, labels: Labels, value: number): void {
  const key = `${metric.name} ${Object.values(labels).join(' ')}`;
  const count = counts.get(key) ?? { metric, labels, value: 0, shown: false };
  count.value += value;
  counts.set(key, count);
}

/** A counter that begins above 0 is preceded by its 0: without it nothing has increased. */
function samplesOf(count: Count, at: number): Sample[] {
  const {
    metric: { name },
    labels,
    value,
    shown,
  } = count;
  count.shown = true;
  const begin = shown || value === 0 ? [] : [{ name, labels, value: 0, at: at - 1 }];
  return [...begin, { name, labels, value, at }];
}

export default check;
