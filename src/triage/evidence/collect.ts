import { statSync } from 'node:fs';
import type { Clock } from '../../clock.ts';
import type { Endpoints } from '../../endpoints.ts';
import { reasonOf } from '../../errors.ts';
import { accessFormats } from '../../logs/formats/nginx-config.ts';
import type { LogKind } from '../../logs/record.ts';
import type { Window } from '../../logs/window.ts';
import type { TriageConfig } from '../config.ts';
import type { SourceReport } from '../diagnosis.ts';
import type { Collected } from './evidence.ts';
import { collectIncidents } from './incidents.ts';
import {
  collectGateway,
  collectGpus,
  collectInFlight,
  collectNginxProbe,
  collectOllama,
  collectSockets,
} from './live.ts';
import { parsed, type ReadLog, readLog } from './logs.ts';
import { collectPrometheus, collectSamples } from './measured.ts';
import { readNginxConfig, siteOf } from './nginx-config.ts';

/** Everything is asked at once and has this long; what is later is reported as `timeout`. */
const deadlineMs = 5000;
/** Each single question gives up before the deadline, so that its reason is known. */
const probeMs = 3000;

export interface CollectOptions {
  readonly config: TriageConfig;
  /** Further logs, or other places for those of the configuration. */
  readonly logs: Partial<Readonly<Record<LogKind, string>>>;
  readonly endpoints: Endpoints;
  readonly window: Window;
  /** Only files: nothing is asked. */
  readonly offline: boolean;
  /** The window has passed, so that the present state of the parts says nothing about it. */
  readonly past: boolean;
  /** Folder of watch's samples. */
  readonly stateFolder?: string;
  readonly clock: Clock;
}

/** Reads every log and asks every part of the installation, in parallel. */
export async function collect(options: CollectOptions): Promise<Collected[]> {
  const { config, window, offline, past, clock } = options;
  const loki = offline ? null : config.loki;
  const logs = Object.entries({ ...config.logs, ...options.logs }).map(([kind, path]) => {
    const task = readLog({ kind: kind as LogKind, path, loki }, window, probeMs);
    return inTime<Pick<ReadLog, 'parts'>>({ kind, path }, task, { parts: [] }, clock);
  });
  const nginx = soon(readNginxConfig(config.nginx_config, probeMs), '', clock);
  const asked = [...askWatch(options), ...(offline || past ? [] : askEverything(options))];
  const [formats, probed, read, answers] = await Promise.all([
    nginx.then(accessFormats),
    offline || past ? [] : nginx.then((text) => askNginx(options, text)),
    Promise.all(logs),
    Promise.all(asked),
  ]);
  return [...read.map((log) => parsed(log, formats)), ...answers, ...probed];
}

/** What a task gives, or something else where it gives nothing within the deadline. */
function soon<Value>(task: Promise<Value>, otherwise: Value, clock: Clock): Promise<Value> {
  return new Promise((settle) => {
    const cancel = clock.after(deadlineMs, () => settle(otherwise));
    task
      .catch(() => otherwise)
      .then((value) => {
        cancel();
        settle(value);
      });
  });
}

/** What watch has measured and told, and what Prometheus keeps of it. */
function askWatch({
  config,
  endpoints,
  window,
  past,
  offline,
  stateFolder,
  clock,
}: CollectOptions): Promise<Collected>[] {
  const { prometheus } = config;
  const asked = { window, past };
  return [
    ...(stateFolder === undefined
      ? []
      : [
          answer('watch-samples', stateFolder, collectSamples(stateFolder, asked), clock),
          ...(offline
            ? []
            : [answer('incidents', endpoints.page, collectIncidents(endpoints.page, window, probeMs), clock)]),
        ]),
    ...(prometheus === undefined || offline
      ? []
      : [answer('prometheus', prometheus, collectPrometheus(prometheus, asked, probeMs), clock)]),
  ];
}

function askEverything(options: CollectOptions): Promise<Collected>[] {
  const { config, endpoints, clock } = options;
  const now = clock.now();
  const { gateway, gatewayMetrics, ollama } = endpoints;
  return [
    answer('gateway-api', gateway, collectGateway(gateway, now, probeMs), clock),
    answer('inflight', gatewayMetrics, collectInFlight(gatewayMetrics, now, probeMs), clock),
    ...ollama.map((base) => answer('ollama-api', base, collectOllama(base, now, probeMs), clock)),
    answer('nvidia-smi', config.nvidia_smi, collectGpus(config.nvidia_smi, now, probeMs), clock),
    ...(runsNginx(options) ? [answer('sockets', '/proc/net/tcp', collectSockets(config.web_ports, now), clock)] : []),
  ];
}

/** Sends the marked request: to the URL that was set, else where Nginx's configuration leads, if it serves here. */
async function askNginx(options: CollectOptions, nginxConfig: string): Promise<Collected[]> {
  const { config, clock } = options;
  const target = siteOf(config.probe_url, runsNginx(options) ? nginxConfig : '');
  if (target === undefined) return [];
  return [await answer('nginx-probe', target.base, collectNginxProbe(target, clock.now(), probeMs), clock)];
}

/** Closed web ports mean something only where Nginx has served before, which its log shows. */
function runsNginx({ config, logs }: CollectOptions): boolean {
  const log = logs['nginx-access'] ?? config.logs['nginx-access'];
  return config.web_ports.length > 0 && (statSync(log, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

const answer = (kind: string, path: string, task: Promise<Collected>, clock: Clock) =>
  inTime<Pick<Collected, 'records'>>({ kind, path }, task, { records: [] }, clock);

function inTime<Rest extends object>(
  { kind, path }: Pick<SourceReport, 'kind' | 'path'>,
  task: Promise<Rest & { readonly report: SourceReport }>,
  nothing: Rest,
  clock: Clock,
): Promise<Rest & { readonly report: SourceReport }> {
  const without = (state: 'timeout' | 'unreadable', note: string) => ({
    ...nothing,
    report: { kind, path, lines: 0, state, note },
  });
  return new Promise((resolve) => {
    const cancel = clock.after(deadlineMs, () => resolve(without('timeout', `not read within ${deadlineMs / 1000} s`)));
    task
      .catch((thrown: unknown) => without('unreadable', reasonOf(thrown)))
      .then((collected) => {
        cancel();
        resolve(collected);
      });
  });
}
