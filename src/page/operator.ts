import type { FastifyInstance } from 'fastify';
import type { Clock } from '../clock.ts';
import { formatDuration, parseDuration } from '../duration.ts';
import { OpsError } from '../errors.ts';
import type { PageSource } from './source.ts';

const longestSilenceMs = 7 * 86_400_000;
const longestReason = 200;

/** What operators may change through the page: acknowledge an incident, silence its alert, end a silence. */
export function addOperator(server: FastifyInstance, source: PageSource, clock: Clock, changed: () => void): void {
  server.post<{ Params: { id: string } }>('/incidents/:id/ack', ({ params }) => {
    const id = numberOf(params.id);
    if (!source.operator.acknowledge(id, clock.now())) throw new OpsError('not_in_force', { what: `OPS-${id}` });
    changed();
    return { acknowledged: id };
  });

  server.post<{ Params: { id: string }; Body: unknown }>('/incidents/:id/silence', ({ params, body }) => {
    const id = numberOf(params.id);
    const incident = source.snapshot().incidents.find((one) => one.id === id && one.state === 'firing');
    if (!incident) throw new OpsError('not_in_force', { what: `OPS-${id}` });
    const createdAt = clock.now();
    const matchers = { ...incident.labels, rule: incident.rule };
    const wanted = { matchers, createdAt, expiresAt: createdAt + durationOf(body), reason: reasonOf(body) };
    const silence = source.operator.silence(wanted);
    changed();
    return { silence };
  });

  server.post<{ Params: { id: string } }>('/silences/:id/end', ({ params }) => {
    const id = numberOf(params.id);
    if (!source.operator.expire(id, clock.now())) throw new OpsError('not_in_force', { what: `silence ${id}` });
    changed();
    return { ended: id };
  });
}

function numberOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new OpsError('page_input_invalid', { field: 'id', reason: 'expected a number' });
}

function durationOf(body: unknown): number {
  const given = fieldOf(body, 'for');
  const ms = parseDuration(given);
  if (ms && ms <= longestSilenceMs) return ms;
  const reason = `expected a duration such as 2h, at most ${formatDuration(longestSilenceMs)}`;
  throw new OpsError('page_input_invalid', { field: 'for', reason });
}

function reasonOf(body: unknown): string {
  const reason = fieldOf(body, 'reason').trim();
  if (reason.length <= longestReason) return reason;
  throw new OpsError('page_input_invalid', { field: 'reason', reason: `expected ${longestReason} characters at most` });
}

/** A text field of a JSON body, empty where there is none. */
export function fieldOf(body: unknown, name: string): string {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : '';
}
