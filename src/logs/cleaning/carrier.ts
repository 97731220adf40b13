/** What a program wrote, and the time at which its carrier took it (milliseconds), where that stands apart from the text. */
export interface Carried {
  readonly message: string;
  readonly at?: number;
}

const clock = String.raw`\d\d:\d\d:\d\d(?:[.,]\d{1,9})?`;
const zone = String.raw`(?: ?(?:Z|[+-]\d\d:?\d\d|UTC|GMT|[A-Z]{3,4}(?= )))?`;
/** RFC 3339, with a blank for the T too; `Tue ` stands before it in journald's long format. */
const iso = String.raw`(?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d[T ]${clock}${zone}`;
/** syslog's time, with the month in the reader's language, or as a number. */
const syslogTime = String.raw`(?:\p{L}{3,10}\.? {1,2}\d{1,2}\.?|\d{1,2}\. ?\p{L}{3,10}\.?|\d{1,2}月 ?\d{1,2}日?|\d\d\.\d\d\.) ${clock}`;
/** Heads of messages, which are no names of programs. */
const noProgram = String.raw`(?!panic:|fatal|[Ee]rror:|CUDA|NVRM:|nvgpu:|[in][pf]_conntrack:|llama_|ggml_|GGML_|oom-kill:|\S+\.service:)`;
/** \`host program[pid]: \`, either part of which may be missing. */
const program = String.raw`(?:(?:[\w.-]{1,64} )?${noProgram}(?:\([\w.-]{1,62}\)|[\w.@/-][\w().@/-]{0,63})(?:\[\d+\])?: )`;

/** One carrier's prefix each; they are taken off until none is left. */
const prefixes = [
  // RFC 5424
  String.raw`<\d{1,3}>1 \S{1,40} \S{1,255} \S{1,48} \S{1,128} \S{1,32} (?:-|\[[^\]]{0,500}\]) ?`,
  // syslog, journald, kubelet (CRI), docker -t, Grafana, logcli
  String.raw`(?:<\d{1,3}>)?(?:${iso}|${syslogTime})(?:[ \t]{1,4}(?:std(?:out|err) [FP] |\{\w+="[^}]{0,500}\} |\| ?|${program})?|$)`,
  String.raw`<\d{1,3}>`,
  // journald, whose time was cut off
  String.raw`(?:[\w.-]{1,64} )?[\w@.-]{1,64}\[\d{1,8}\]: (?=\[GIN\]|time=\d|level=)`,
  // compose and pm2
  String.raw`\s{0,4}(?:\d{1,3}\|)?[A-Za-z][\w./@-]{0,63}\s{0,40}\| ?`,
  String.raw`\| (?=\d{4}-\d\d-\d\d )`,
  // kubectl logs --prefix, stern
  String.raw`\[pod\/[^\]]{1,200}\] `,
  '[a-z][a-z0-9-]{0,60}-[a-z0-9]{5,10}-[a-z0-9]{3,5} [a-z][a-z0-9-]{0,60} (?:› )?',
  // glog and klog
  String.raw`[IWEF]\d{4} ${clock} +\d+ [\w./-]{1,80}:\d+\] `,
  // kernel: dmesg, dmesg -T, dmesg -x, journald's monotonic times
  String.raw`\[ {0,8}\d+\.\d+\](?:\[ {0,6}[TC]\d+\])? (?:[\w.-]{1,64} [\w().@/-]{1,64}(?:\[\d+\])?: )?`,
  String.raw`\[\w{3} \w{3} {1,2}\d{1,2} ${clock} \d{4}\] `,
  String.raw`(?:kern|user|daemon|syslog) {0,4}:\w+ {0,4}: `,
  // OpenWrt's logread, BSD
  String.raw`(?:kern|user|daemon|syslog|local\d)\.(?:emerg|alert|crit|err|warn|notice|info|debug)\w{0,4}:? ${program}`,
];

const prefix = new RegExp(`^(?:${prefixes.join('|')})`, 'u');

/** More carriers than these do not follow one another. */
const mostCarriers = 5;

/** Takes off what carried a line: compose, docker, kubernetes, journald, syslog, Loki, in any order. */
export function withoutCarrier(text: string): Carried {
  let { message, at } = text.startsWith('{') ? fromJson(text) : { message: text };
  for (let count = 0; count < mostCarriers; count += 1) {
    const rest = message.replace(prefix, '');
    if (rest === message) break;
    message = rest;
    if (message.startsWith('{')) ({ message, at = at } = fromJson(message));
  }
  return at === undefined ? { message } : { message, at };
}

/** Whether a line begins with what a carrier puts before each entry. */
export const beginsWithCarrier = (text: string) => prefix.test(text);

const named = new RegExp(
  String.raw`^(?:<\d{1,3}>)?(?:${iso}|${syslogTime})[ \t]{1,4}[\w.-]{1,64} ${noProgram}\(?([\w.@/-]{1,64})\)?(?:\[\d+\])?: `,
  'u',
);

/** The program that syslog or journald says wrote a line. */
export const programOf = (text: string): string | undefined => named.exec(text)?.[1];

/** The field in which docker, journald, Loki and fluentd keep the line. */
const lineFields = ['log', 'MESSAGE', 'line', 'message'] as const;

/** Most lines of JSON are no carrier's, and need not be read for that. */
const anyLineField = new RegExp(`"(?:${lineFields.join('|')})"`);

/** A docker json-file line that was cut, so that it is no JSON any more. */
const cutJson = /^\{"log":"((?:[^"\\]|\\.)*)/;

function fromJson(text: string): Carried {
  if (!anyLineField.test(text)) return { message: text };
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text);
  } catch {
    const cut = cutJson.exec(text)?.[1];
    return { message: cut === undefined ? text : cut.replace(/\\n$/, '').replace(/\\(["\\/])/g, '$1') };
  }
  const line = lineFields.map((name) => value[name]).find((field) => typeof field === 'string' || isBytes(field));
  if (line === undefined || 'status' in value || 'error' in value) return { message: text };
  const at = timeIn(value);
  const message = (typeof line === 'string' ? line : Buffer.from(line as number[]).toString('utf8')).trimEnd();
  return at === undefined ? { message } : { message, at };
}

/** journald writes a message with control characters as an array of bytes. */
function isBytes(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((byte) => Number.isInteger(byte));
}

function timeIn(value: Readonly<Record<string, unknown>>): number | undefined {
  const micros = Number(value['__REALTIME_TIMESTAMP']);
  if (micros > 0) return Math.floor(micros / 1000);
  const written = value['time'] ?? value['timestamp'] ?? value['@timestamp'];
  const at = typeof written === 'string' ? Date.parse(written) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
