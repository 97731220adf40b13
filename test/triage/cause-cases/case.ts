import type { RecordKind } from '../../../src/logs/record.ts';

/** A text as it stands in a log, or as a probe says it. */
export type CauseCase = readonly [kind: RecordKind, text: string];

/** What shows a cause in at least two wordings or formats, and what only looks like it. */
export type CauseCases = Readonly<
  Record<string, { readonly formats: readonly CauseCase[]; readonly nearMisses: readonly CauseCase[] }>
>;

const errorLine = (level: string, text: string, request = 'POST /v1/chat/completions HTTP/1.1'): string =>
  `2026/11/25 08:00:00 [${level}] 12#12: *7 ${text}, client: 192.0.2.1, server: a.example, request: "${request}", upstream: "http://127.0.0.1:18789/v1/chat/completions", host: "a.example"`;

/** A line of nginx's error log with all its fields. */
export const nginx = (text: string, level = 'error'): CauseCase => ['nginx-error', errorLine(level, text)];

/** The same where a caller has put the words into the request line. */
export const asked = (words: string): CauseCase => [
  'nginx-error',
  errorLine('error', 'open() "/x" failed (2: No such file or directory)', `GET /?q=${words} HTTP/1.1`),
];

/** A line of Ollama's log that a program wrote. */
export const slog = (message: string, level = 'ERROR', rest = ''): CauseCase => [
  'ollama-log',
  `time=2026-11-25T08:00:00.000Z level=${level} source=server.go:1 msg=${JSON.stringify(message)}${rest}`,
];

/** The same words where a user wrote them into a prompt. */
export const prompted = (words: string): CauseCase => slog('completion request', 'DEBUG', ` prompt="why ${words}?"`);

export const raw = (text: string): CauseCase => ['ollama-log', text];
export const kernel = (text: string): CauseCase => ['dmesg', `[ 5022.899731] ${text}`];
export const journalled = (text: string): CauseCase => ['dmesg', `Nov 25 08:00:00 gpu-box kernel: ${text}`];

/** A line of Ollama's own access log. */
export const gin = (status: number, took: string, route = 'POST     "/api/chat"', at = '08:00:00'): string =>
  `[GIN] 2026/11/25 - ${at} | ${status} | ${took.padStart(12)} |       127.0.0.1 | ${route}`;

/** A line of the audit log about a request that ended. */
export const audit = (fields: object): CauseCase => [
  'gateway-log',
  JSON.stringify({
    type: 'audit',
    time: '2026-11-25T08:00:00Z',
    request_id: 'a',
    aborted: false,
    probe: false,
    ...fields,
  }),
];

export const access = (status: number, bytes: number, request = 'POST /v1/chat/completions HTTP/1.1'): CauseCase => [
  'nginx-access',
  `192.0.2.1 - - [25/Nov/2026:08:00:00 +0000] "${request}" ${status} ${bytes} "-" "curl/8.5.0"`,
];
