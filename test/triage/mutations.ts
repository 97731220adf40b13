import type { LogKind } from '../../src/logs/record.ts';

/** Numbers from 0 to 1, the same for the same seed. */
export type Random = () => number;

/** A small generator (mulberry32): a failure must come again with the same seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Mutation {
  readonly name: string;
  /** Kinds of log that meet this on their way; all when absent. */
  readonly kinds?: readonly LogKind[];
  apply(text: string, random: Random): string;
}

const each = (text: string, change: (line: string, at: number) => string) => text.split('\n').map(change).join('\n');

const iso = (at: number) => new Date(Date.UTC(2026, 10, 24, 8, 0, at)).toISOString();

const streamed: readonly LogKind[] = ['ollama-log', 'nginx-error', 'nginx-access', 'gateway-log', 'dmesg'];
const ofContainers: readonly LogKind[] = ['ollama-log', 'nginx-error', 'nginx-access', 'gateway-log'];
const tagged = (kind: string) => (kind === 'dmesg' ? 'kernel' : 'ollama[4711]');

function prefix(
  name: string,
  make: (at: number, random: Random) => string,
  kinds: readonly LogKind[] = streamed,
): Mutation {
  return { name, kinds, apply: (text, random) => each(text, (line, at) => `${make(at, random)}${line}`) };
}

/** Wraps as a terminal does, in the middle of a word. */
function wrapHard(text: string, width: number): string {
  return each(text, (line) => line.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\n') ?? '');
}

/** Wraps as mail does, between words. */
function wrapSoft(text: string, width: number): string {
  return each(text, (line) => {
    const lines: string[] = [];
    let current = '';
    for (const word of line.split(' ')) {
      if (current !== '' && current.length + 1 + word.length > width) {
        lines.push(current);
        current = word;
      } else
        current =
          current === '' && lines.length === 0 && word === '' ? ' ' : `${current}${current.trim() ? ' ' : ''}${word}`;
    }
    return [...lines, current].join('\n');
  });
}

const times =
  /time=\S+ |\d{4}\/\d\d\/\d\d(?: -)? \d\d:\d\d:\d\d |\[\d\d\/\w{3}\/\d{4}:[^\]]*\]\s?|^\[\s*\d+\.\d+\] |^\[\w{3} \w{3} +\d+ [\d:]+ \d{4}\] |^\w{3} +\d+ \d\d:\d\d:\d\d /gm;

/** What happens to a log between the machine and the person who reads it. */
export const mutations: readonly Mutation[] = [
  { name: 'timestamps removed', apply: (text) => text.replace(times, '') },
  { name: 'CRLF', apply: (text) => text.replaceAll('\n', '\r\n') },
  { name: 'no last newline, blank lines between', apply: (text) => text.replaceAll('\n', '\n\n') },
  { name: 'wrapped at 80 in words', apply: (text) => wrapHard(text, 80) },
  { name: 'wrapped at 80 between words', apply: (text) => wrapSoft(text, 80) },
  { name: 'wrapped at 72 between words', apply: (text) => wrapSoft(text, 72) },
  { name: 'quoted in a mail', apply: (text) => each(text, (line) => `> ${line}`) },
  { name: 'in a Markdown fence', apply: (text) => `Hi, chat hangs 卡住了, help?\n\`\`\`\n${text}\n\`\`\`\n` },
  {
    name: 'ANSI colours',
    apply: (text, random) => each(text, (line) => `\u001b[3${Math.floor(random() * 8)};1m${line}\u001b[0m`),
  },
  { name: 'colours without escape', apply: (text) => each(text, (line) => `[36m${line}[0m`) },
  { name: 'NUL between characters', apply: (text) => [...text].join('\0') },
  {
    name: 'typographic quotes',
    apply: (text) => text.replaceAll("'", '\u2019').replace(/"([^"\n]*)"/g, '\u201c$1\u201d'),
  },
  {
    name: 'as HTML',
    apply: (text) =>
      text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  },
  { name: 'line numbers', apply: (text) => each(text, (line, at) => `${String(at + 1).padStart(6)}\t${line}`) },
  { name: 'grep -n', apply: (text) => each(text, (line, at) => `/var/log/some.log:${at + 1}:${line}`) },
  {
    name: 'docker json-file',
    kinds: ofContainers,
    apply: (text) => each(text, (line, at) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: iso(at) })),
  },
  {
    name: 'journald JSON',
    kinds: streamed,
    apply: (text) =>
      each(text, (line, at) =>
        JSON.stringify({ __REALTIME_TIMESTAMP: `${1_795_000_000_000_000 + at}`, _PID: '12', MESSAGE: line }),
      ),
  },
  prefix('docker -t', (at) => `${iso(at)} `, ofContainers),
  prefix('compose', () => 'my-app-ollama-1  | ', ofContainers),
  prefix('compose -t', (at) => `web-1  | ${iso(at)} `, ofContainers),
  prefix('kubernetes CRI', (at) => `${iso(at).replace('Z', '123456Z')} stderr F `, ofContainers),
  prefix('kubectl --prefix --timestamps', (at) => `[pod/ollama-7d4b9c-x2x/ollama] ${iso(at)} `, ofContainers),
  prefix('stern', () => 'ollama-7d4b9c-x2x ollama ', ofContainers),
  prefix(
    'journald',
    (at) => `Nov 24 08:00:${String(at % 60).padStart(2, '0')} gpu-box ${tagged('ollama')}: `,
    ofContainers,
  ),
  prefix('journald of the kernel', (at) => `Nov 24 08:00:${String(at % 60).padStart(2, '0')} gpu-box kernel: `, [
    'dmesg',
  ]),
  prefix('journald iso', (at) => `${iso(at).replace(/\.\d+Z/, '+0000')} gpu-box ollama[4711]: `, ofContainers),
  prefix('journald precise', () => 'Nov 24 08:00:01.123456 gpu-box ollama[4711]: '),
  prefix('journald monotonic', (at) => `[ 8123.${String(at).padStart(6, '0')}] gpu-box ollama[4711]: `),
  prefix('journald in Chinese', () => '11月 24 08:00:01 gpu-box ollama[4711]: '),
  prefix('journald in German', () => 'Okt 24 08:00:01 gpu-box ollama[4711]: '),
  prefix('syslog RFC 3164', () => '<30>Nov 24 08:00:01 gpu-box ollama[4711]: '),
  prefix('syslog RFC 5424', (at) => `<30>1 ${iso(at)} gpu-box ollama 4711 - - `),
  prefix('syslog RFC 5424 of rsyslog', (at) => `${iso(at)} gpu-box ollama[4711]: `),
  prefix('copied from Grafana', (at) => `${iso(at).replace('T', ' ').replace('Z', '')} \t`),
  prefix('logcli', (at) => `${iso(at)} {app="ollama", host="gpu-box"} `),
  prefix('glog', () => 'I1124 08:00:01.123456   12345 main.go:42] ', ofContainers),
  prefix('pm2', () => '0|ollama   | ', ofContainers),
];

/** The kinds a mutation applies to. */
export const meets = ({ kinds }: Mutation, kind: LogKind) => kinds?.includes(kind) ?? true;
