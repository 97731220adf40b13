import { OpsError } from '../../errors.ts';
import type { InFlight, InFlightReply } from '../../in-flight.ts';
import type { LogRecord, RecordKind } from '../../logs/record.ts';
import type { GpuReading } from '../../probes/gpu-reading.ts';
import { getHttp } from '../../probes/http.ts';
import { queryGpus } from '../../probes/nvidia-smi.ts';
import { askOllama } from '../../probes/ollama.ts';
import { listeningPorts } from '../../probes/sockets.ts';
import type { SourceReport } from '../diagnosis.ts';
import { type Collected, fact } from './evidence.ts';
import type { ProbeTarget } from './nginx-config.ts';

/** How the access log of Nginx tells the probe from users. */
export const probeAgent = 'ops-probe';

const gibibyte = 1024 ** 3;

/** Whether the gateway answers. A refusal is evidence, so it is a record and not an error. */
export function collectGateway(base: string, now: number, timeoutMs: number): Promise<Collected> {
  const url = new URL('/health', base).href;
  return asked('gateway-api', url, now, async () => {
    const { status, ms } = await getHttp(url, { timeoutMs });
    return [`GET ${url} ${status} in ${Math.round(ms)} ms`];
  });
}

/** Whether Ollama answers, and whether its models lie in GPU memory. */
export function collectOllama(base: string, now: number, timeoutMs: number): Promise<Collected> {
  return asked('ollama-api', base, now, async () => {
    const { version, models, loaded, ms } = await askOllama(base, timeoutMs);
    const answer = `GET ${base}/api/version 200 in ${Math.round(ms)} ms: Ollama ${version}, ${models.length} models`;
    return [
      answer,
      ...loaded.map(
        ({ name, size, size_vram }) =>
          `${name} has ${(size_vram / gibibyte).toFixed(1)} of ${(size / gibibyte).toFixed(1)} GiB in GPU memory`,
      ),
    ];
  });
}

/** The open requests of the gateway: a request that is stuck right now has no log line yet. */
export async function collectInFlight(base: string, now: number, timeoutMs: number): Promise<Collected> {
  const url = new URL('/inflight', base).href;
  try {
    const { status, body } = await getHttp(url, { timeoutMs });
    const { requests }: InFlightReply = status === 200 ? JSON.parse(body) : { requests: [] };
    const state = status === 200 ? 'read' : 'unreadable';
    return {
      report: { kind: 'inflight', path: url, lines: requests.length, state },
      records: requests.map((request) => toRecord(request, url, now)),
    };
  } catch (thrown) {
    return { report: failed('inflight', url, thrown), records: [] };
  }
}

function toRecord(request: InFlight, url: string, now: number): LogRecord {
  const { request_id, age, phase, phase_age, model, user_id } = request;
  const who = user_id === null ? '' : ` of ${user_id}`;
  const text = `request ${request_id}${who} open for ${Math.round(age)} s, ${phase} for ${Math.round(phase_age)} s${model === null ? '' : ` (${model})`}`;
  return { ...fact('inflight', url, text, now), inFlight: request };
}

/** What nvidia-smi says, in the words of `nvidia-smi -q`, so that the same causes read it as read a pasted text. */
export async function collectGpus(command: string, now: number, timeoutMs: number): Promise<Collected> {
  const say = (text: string) => fact('nvidia-smi', command, text, now);
  try {
    const records = (await queryGpus({ command, timeoutMs })).flatMap((gpu) => describeGpu(gpu)).map(say);
    return { report: { kind: 'nvidia-smi', path: command, lines: records.length, state: 'read' }, records };
  } catch (thrown) {
    const said = thrown instanceof OpsError ? thrown.values['said'] : undefined;
    return { report: failed('nvidia-smi', command, thrown), records: said === undefined ? [] : [say(String(said))] };
  }
}

function describeGpu(gpu: GpuReading): string[] {
  const name = `GPU ${gpu.index ?? gpu.uuid} (${gpu.name})`;
  const used = (gpu.memoryUsedBytes ?? 0) / gibibyte;
  const total = (gpu.memoryTotalBytes ?? 0) / gibibyte;
  const { hwThermal, swThermal, powerBrake } = gpu.throttle;
  return [
    ...(gpu.temperatureCelsius === undefined ? [] : [`${name} GPU Current Temp : ${gpu.temperatureCelsius} C`]),
    ...(total === 0 ? [] : [`${name} memory: ${used.toFixed(1)} of ${total.toFixed(1)} GiB used`]),
    ...(hwThermal ? [`${name} HW Thermal Slowdown : Active`] : []),
    ...(swThermal ? [`${name} SW Thermal Slowdown : Active`] : []),
    ...(powerBrake ? [`${name} HW Power Brake Slowdown : Active`] : []),
  ];
}

/** Whether anything listens on the web ports. */
export async function collectSockets(webPorts: readonly number[], now: number): Promise<Collected> {
  const ports = await listeningPorts();
  const path = '/proc/net/tcp';
  if (ports === undefined) return { report: { kind: 'sockets', path, lines: 0, state: 'missing' }, records: [] };
  const web = webPorts.filter((port) => ports.has(port));
  const text =
    web.length > 0 ? `listening: ${web.join(', ')}` : `nginx does not listen: nothing on port ${webPorts.join(' or ')}`;
  return { report: { kind: 'sockets', path, lines: 1, state: 'read' }, records: [fact('sockets', path, text, now)] };
}

/** A marked request through Nginx to the gateway, to a route that asks no key, counts nothing and writes no audit line. */
export function collectNginxProbe({ base, ...where }: ProbeTarget, now: number, timeoutMs: number): Promise<Collected> {
  const url = new URL('/v1/health', base).href;
  return asked('nginx-probe', url, now, async () => {
    const { status, body, ms } = await getHttp(url, { timeoutMs, headers: { 'user-agent': probeAgent }, ...where });
    const code = /"code":"(\w{1,40})"/.exec(body)?.[1];
    return [`GET ${url} ${status}${code ? ` (${code})` : ''} in ${Math.round(ms)} ms`];
  });
}

async function asked(
  kind: RecordKind,
  path: string,
  now: number,
  ask: () => Promise<readonly string[]>,
): Promise<Collected> {
  try {
    const records = (await ask()).map((text) => fact(kind, path, text, now));
    return { report: { kind, path, lines: records.length, state: 'read' }, records };
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    const text = `GET ${thrown.values['probe']} failed: ${thrown.values['reason']}`;
    const report: SourceReport = { kind, path, lines: 1, state: 'read', note: text };
    return { report, records: [fact(kind, path, text, now)] };
  }
}

/** The report about a source that gave nothing, with the reason. */
export function failed(kind: string, path: string, thrown: unknown): SourceReport {
  const values = thrown instanceof OpsError ? thrown.values : {};
  const reason = String(values['reason'] ?? 'no usable answer');
  const hung = reason.startsWith('no answer') || values['gpu_fault'] === 'hung';
  const missing = values['gpu_fault'] === 'not-installed';
  return { kind, path, lines: 0, state: hung ? 'timeout' : missing ? 'missing' : 'unreadable', note: reason };
}
