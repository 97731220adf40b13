import { createServer, type RequestListener } from 'node:http';
import pino from 'pino';
import { expect, onTestFinished } from 'vitest';
import type { Check, CheckConfig, CheckContext } from '../../../src/check.ts';
import { systemClock } from '../../../src/clock.ts';
import type { Endpoints } from '../../../src/endpoints.ts';
import type { Labels, Sample } from '../../../src/expression/series.ts';
import { listening } from './listening.ts';

const nowhere: Endpoints = {
  gateway: 'http://127.0.0.1:9',
  gatewayMetrics: 'http://127.0.0.1:9',
  ollama: [],
  page: 'http://127.0.0.1:9',
};

/** Runs a check once with the options that an operator would write; it measures what it declares and nothing else. */
export async function runCheck<Config extends CheckConfig>(
  check: Check<Config>,
  options: Readonly<Record<string, unknown>>,
  endpoints: Partial<Endpoints> = {},
  more: Partial<CheckContext> = {},
): Promise<Sample[]> {
  const context: CheckContext = {
    endpoints: { ...nowhere, ...endpoints },
    signal: new AbortController().signal,
    log: pino({ level: 'silent' }),
    clock: systemClock,
    timezone: 'UTC',
    stored: () => [],
    ...more,
  };
  const samples = await check.run(check.schema.parse(options), context);
  const declared = check.metrics.map(({ name }) => name);
  for (const { name } of samples) expect(declared).toContain(name.replace(/_(bucket|sum|count)$/, ''));
  return samples;
}

/** Values of the samples of a name whose labels contain the given ones. */
export function valuesOf(samples: readonly Sample[], name: string, labels: Labels = {}): number[] {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .map(({ value }) => value);
}

/** An HTTP server on a free port that ends with the test; returns its URL. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${await listening(server)}`;
}
