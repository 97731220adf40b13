import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { AuditLine } from '../../src/audit-line.ts';

/** All lines stand in this day, evenly. */
export const day = { from: Date.parse('2026-11-24T00:00:00Z'), to: Date.parse('2026-11-25T00:00:00Z') };
/** For five minutes from here the model answers slowly. */
export const incidentAt = day.from + 14 * 3_600_000;
const incidentMs = 300_000;
/** Number of packed files of a rotated set. */
const parts = 8;

/** A small generator of numbers from 0 to 1 that gives the same ones for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type LineAt = (at: number, random: () => number) => string;

const failures = [
  { status: 401, outcome: 'rejected', error: 'invalid_api_key' },
  { status: 429, outcome: 'rejected', error: 'rate_limit_exceeded' },
  { status: 502, outcome: 'upstream_error', error: 'upstream_error' },
] as const;

/** Three in a hundred requests do not end well. */
const failureOf = (random: () => number) => (random() < 0.03 ? failures[Math.floor(random() * 3)] : undefined);

const clientOf = (random: () => number) => `10.0.${Math.floor(random() ** 3 * 40)}.${Math.floor(random() ** 3 * 250)}`;

const hex = (random: () => number) =>
  Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');

/** A line of the gateway's audit log. */
export const auditLineAt: LineAt = (at, random) => {
  const slow = at >= incidentAt && at < incidentAt + incidentMs;
  const ttft = Math.round(((slow ? 8 : 0.3) + random()) * 1000) / 1000;
  const decode = Math.round(random() * 20_000) / 1000;
  const line: AuditLine = {
    type: 'audit',
    time: new Date(at).toISOString(),
    request_id: `${hex(random)}-${hex(random)}-${hex(random)}`,
    client_request_id: null,
    trace_id: `${hex(random)}${hex(random)}${hex(random)}${hex(random)}`,
    user_id: `user-${Math.floor(random() * 500)}`,
    user_id_trusted: true,
    client_ip: clientOf(random),
    key_id: 'clawdbot',
    method: 'POST',
    path: '/v1/chat/completions',
    model: 'qwen3:32b',
    stream: true,
    prompt_chars: Math.floor(random() * 8000),
    messages: 1 + Math.floor(random() * 20),
    status: 200,
    outcome: 'ok',
    error: null,
    response_time: Math.round((ttft + decode) * 1000) / 1000,
    ttft,
    ttft_content: ttft,
    queue_time: 0,
    load_time: 0.05,
    prefill_time: 0.2,
    decode_time: decode,
    prompt_tokens: Math.floor(random() * 2000),
    completion_tokens: Math.floor(random() * 900),
    finish_reason: 'stop',
    backend: 'http://localhost:11434',
    prompt_truncated: false,
    bytes_sent: Math.floor(random() * 90_000),
    aborted: false,
    probe: false,
    ...failureOf(random),
  };
  return `${JSON.stringify(line)}\n`;
};

/** A line of Nginx's access log in the combined format. */
export const accessLineAt: LineAt = (at, random) => {
  const [, , month, year, time] = new Date(at).toUTCString().split(' ');
  const date = `${String(new Date(at).getUTCDate()).padStart(2, '0')}/${month}/${year}`;
  const status = failureOf(random)?.status ?? 200;
  const bytes = Math.floor(random() * 90_000);
  return `${clientOf(random)} - - [${date}:${time} +0000] "POST /v1/chat/completions HTTP/1.1" ${status} ${bytes} "https://ai.example.com/" "Mozilla/5.0 (X11; Linux x86_64)"\n`;
};

function* chunks(count: number, lineAt: LineAt, first: number, last: number): Generator<string> {
  const random = randomNumbers(first + 1);
  const step = (day.to - day.from) / count;
  for (let from = first; from < last; from += 1000) {
    const length = Math.min(1000, last - from);
    yield Array.from({ length }, (_, index) => lineAt(Math.floor(day.from + (from + index) * step), random)).join('');
  }
}

export interface Written {
  readonly plain: string;
  /** Name of the log whose packed parts are `.1.gz` and so on. */
  readonly rotated: string;
}

/** Writes the same lines as one plain file and as a rotated set of packed files. */
export async function writeLogs(folder: string, name: string, count: number, lineAt: LineAt): Promise<Written> {
  const plain = join(folder, `${name}-plain.log`);
  const rotated = join(folder, `${name}.log`);
  const whole = createWriteStream(plain);
  for (let part = 0; part < parts; part += 1) {
    const [first, last] = [Math.floor((count * part) / parts), Math.floor((count * (part + 1)) / parts)];
    const packed = `${rotated}.${parts - part}.gz`;
    const from = whole.bytesWritten + whole.writableLength;
    for (const chunk of chunks(count, lineAt, first, last)) {
      if (!whole.write(chunk)) await once(whole, 'drain');
    }
    await new Promise((resolve) => whole.write('', resolve));
    await pipeline(createReadStream(plain, { start: from }), createGzip(), createWriteStream(packed));
  }
  whole.end();
  await once(whole, 'close');
  await pipeline(Readable.from(['']), createWriteStream(rotated));
  return { plain, rotated };
}
