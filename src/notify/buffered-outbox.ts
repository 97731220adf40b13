import { reasonOf } from '../errors.ts';
import type { NewNotification, OutboxStore } from '../store/outbox.ts';
import type { OutboxEntry } from '../store/outbox-row.ts';
import type { Log } from '../telemetry/log.ts';

/** What the ledger is to be told of an entry as soon as it can be written. */
interface Held {
  readonly entry: OutboxEntry;
  readonly at: number;
  readonly event: string;
  readonly detail: string;
  readonly follow: 'triage' | undefined;
}

/**
 * The outbox for a disk that may be full: what its file cannot take is held in memory, so that it is sent all the same,
 * and written when there is room again. Only a watch that ends before that sends once more, under the same Message-ID.
 */
export function bufferedOutbox(outbox: OutboxStore, log: Log): OutboxStore {
  /** By number of the row; one that the file has never seen has a negative one. */
  const held = new Map<number, Held>();
  let numbers = 0;

  const write = ({ entry, at, event, detail, follow }: Held): void => {
    if (entry.id > 0) {
      outbox.save(entry, at, event, detail, follow);
      return;
    }
    outbox.post(entry.messageId, [entry], entry.createdAt);
    const id = outbox.all().findLast((row) => isSame(row, entry))?.id;
    if (id !== undefined && event !== 'created') outbox.save({ ...entry, id }, at, event, detail, follow);
  };

  const flush = (): void => {
    for (const [id, one] of held) {
      try {
        write(one);
        held.delete(id);
      } catch {
        // Still no room; whoever asked for the first write has said so.
        return;
      }
    }
  };

  const attempt = (one: Held): void => {
    flush();
    const before = held.get(one.entry.id);
    try {
      if (before) throw new Error('what came before it has no room yet');
      write(one);
    } catch (error) {
      log.error({ reason: reasonOf(error) }, 'the outbox cannot be written: a notification is carried in memory');
      held.set(one.entry.id, { ...one, follow: one.follow ?? before?.follow });
    }
  };

  return {
    ...outbox,
    post(messageId, notifications, at) {
      for (const one of notifications) {
        numbers += 1;
        attempt({ entry: newEntry(-numbers, messageId, one, at), at, event: 'created', detail: '', follow: undefined });
      }
    },
    save: (entry, at, event, detail = '', follow = undefined) => attempt({ entry, at, event, detail, follow }),
    unsent() {
      flush();
      const rows = outbox.unsent().map((row) => held.get(row.id)?.entry ?? row);
      const unseen = [...held.values()].flatMap(({ entry }) => (entry.id < 0 ? [entry] : []));
      return [...unseen, ...rows].filter(({ state }) => state === 'pending' || state === 'sending');
    },
  };
}

const isSame = (a: OutboxEntry, b: OutboxEntry): boolean =>
  a.messageId === b.messageId && a.channel === b.channel && a.recipient === b.recipient;

function newEntry(id: number, messageId: string, one: NewNotification, at: number): OutboxEntry {
  const { kind, channel, recipient, subject, payload, delayMs = 0 } = one;
  const told = { kind, channel, recipient, messageId, subject, payload, createdAt: at, dueAt: at + delayMs };
  const fresh = {
    attempts: 0,
    state: 'pending',
    lastError: null,
    lastClass: null,
    acceptedAt: null,
    response: null,
  } as const;
  return { id, incidentId: null, seq: 1, ...told, ...fresh };
}
