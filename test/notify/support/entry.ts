import type { OutboxEntry } from '../../../src/store/outbox-row.ts';

export const start = Date.UTC(2026, 10, 24, 3, 12);

export function entryOf(changes: Partial<OutboxEntry> = {}): OutboxEntry {
  const kind = changes.kind ?? 'firing';
  const seq = kind === 'firing' ? 1 : 2;
  return {
    id: seq,
    incidentId: 12,
    kind,
    seq,
    channel: 'email',
    recipient: 'oncall@example.org',
    messageId: `<inc-12.era.${seq}.${kind}@example.org>`,
    subject: '[WARN] GPU memory 96 % – GPU-0 – box (OPS-12)',
    payload: '{}',
    createdAt: start,
    dueAt: start,
    attempts: 0,
    state: 'pending',
    lastError: null,
    lastClass: null,
    acceptedAt: null,
    response: null,
    ...changes,
  };
}
