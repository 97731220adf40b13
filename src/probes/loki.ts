import { OpsError } from '../errors.ts';
import { getHttp } from './http.ts';
import type { JournalEntry } from './journal.ts';

export interface LokiQuery {
  /** Base URL, such as http://127.0.0.1:3100. */
  readonly base: string;
  /** A LogQL query for lines, such as `{service_name="ollama"}`. */
  readonly query: string;
  /** Wall time in milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly timeoutMs: number;
}

/** Loki's own limit of lines for a query, unless its operator raised it. */
const most = 5000;

interface Reply {
  readonly data?: { readonly result?: readonly { readonly values: readonly (readonly [string, string])[] }[] };
}

/** The newest lines of a window, in the order of their times. Throws `probe_failed` when Loki refuses or is not there. */
export async function readLoki({ base, query, from, to, timeoutMs }: LokiQuery): Promise<JournalEntry[]> {
  const url = new URL('/loki/api/v1/query_range', base);
  const window = { start: `${Math.floor(from)}000000`, end: `${Math.ceil(to)}000000` };
  url.search = new URLSearchParams({ query, ...window, limit: String(most), direction: 'backward' }).toString();
  const { status, body } = await getHttp(url.href, { timeoutMs });
  if (status !== 200) {
    throw new OpsError('probe_failed', {
      probe: base,
      reason: `Loki answered ${status}: ${body.trim().slice(0, 200)}`,
    });
  }
  const { data }: Reply = JSON.parse(body);
  return (data?.result ?? [])
    .flatMap(({ values }) => values.map(([at, text]) => ({ text, at: Number(at.slice(0, -6)) })))
    .sort((a, b) => a.at - b.at);
}
