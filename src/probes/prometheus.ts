import { OpsError } from '../errors.ts';
import type { Element } from '../expression/evaluate.ts';
import { getHttp } from './http.ts';

export interface PrometheusQuery {
  /** Base URL, such as http://127.0.0.1:9090. */
  readonly base: string;
  /** PromQL with a vector as its result. */
  readonly query: string;
  /** The moment it is asked for, wall time in milliseconds. */
  readonly at: number;
  readonly timeoutMs: number;
}

interface Reply {
  readonly data?: {
    readonly result?: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
}

/** Evaluates an expression at a moment. Throws `probe_failed` when Prometheus refuses or is not there. */
export async function queryPrometheus({ base, query, at, timeoutMs }: PrometheusQuery): Promise<Element[]> {
  const url = new URL('/api/v1/query', base);
  url.search = new URLSearchParams({ query, time: String(at / 1000) }).toString();
  const { status, body } = await getHttp(url.href, { timeoutMs });
  if (status !== 200) {
    const reason = `Prometheus answered ${status}: ${body.trim().slice(0, 200)}`;
    throw new OpsError('probe_failed', { probe: base, reason });
  }
  const { data }: Reply = JSON.parse(body);
  return (data?.result ?? []).map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}
