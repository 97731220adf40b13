import { expect, test } from 'vitest';
import type { Backend } from '../../../gateway/upstream/backends.ts';
import { FairQueue } from '../../../gateway/upstream/queue.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const backendOf = (name: string) => ({ name, inFlight: 0 }) as Backend;

function rig({ maxInFlight = 1, maxQueue = 10, timeoutMs = 60_000 } = {}) {
  const clock = new VirtualClock();
  const backend = backendOf('a');
  const queue = new FairQueue(() => ({ maxInFlight, maxQueue, timeoutMs }), clock);
  const entered: string[] = [];
  const enter = async (identity: string, signal = new AbortController().signal) => {
    const choose = (free: (one: Backend) => boolean) => (free(backend) ? backend : undefined);
    const place = await queue.acquire({ identity, signal, choose });
    entered.push(identity);
    return place;
  };
  return { clock, backend, queue, entered, enter };
}

test('a free place is taken at once, and given back only once', async () => {
  const { enter, backend } = rig();
  const place = await enter('a');
  expect(backend.inFlight).toBe(1);
  place.release();
  place.release();
  expect(backend.inFlight).toBe(0);
});

test('identities take turns, however many requests each has waiting', async () => {
  const { enter, entered } = rig();
  const places = ['a', 'a', 'a', 'a', 'b', 'c', 'b'].map((identity) => enter(identity));
  await Promise.all(places.map((place) => place.then(({ release }) => release())));
  expect(entered).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a']);
});

test('a full queue refuses with the time after which a retry is worth it', async () => {
  const { enter, clock } = rig({ maxQueue: 1 });
  const place = await enter('a');
  await clock.advance(30_000);
  place.release();
  await enter('a');
  void enter('b');
  // 5 s to begin with, and a fifth of the way to the 30 s that the first one took; two are before it.
  await expect(enter('c')).rejects.toMatchObject({ code: 'queue_full', values: { seconds: 20 } });
});

test('a wait ends at its deadline, and its place in the queue is free again', async () => {
  const { enter, clock } = rig({ maxQueue: 1, timeoutMs: 1000 });
  await enter('a');
  const late = expect(enter('b')).rejects.toMatchObject({ code: 'queue_full' });
  await clock.advance(1000);
  await late;
  expect(clock.pending).toBe(0);
  void enter('c');
  await expect(enter('d')).rejects.toMatchObject({ code: 'queue_full' });
});

test('a caller that leaves while it waits is not served', async () => {
  const { enter, entered } = rig();
  const place = await enter('a');
  const leaving = new AbortController();
  const gone = expect(enter('b', leaving.signal)).rejects.toBe('gone');
  const next = enter('c');
  leaving.abort('gone');
  await gone;
  place.release();
  await next;
  expect(entered).toEqual(['a', 'c']);
});

test('a request whose backend is full does not hold up one of the same identity for another', async () => {
  const clock = new VirtualClock();
  const queue = new FairQueue(() => ({ maxInFlight: 1, maxQueue: 10, timeoutMs: 1000 }), clock);
  const [one, two] = [backendOf('one'), backendOf('two')];
  const { signal } = new AbortController();
  const enter = async (backend: Backend) =>
    queue.acquire({ identity: 'a', signal, choose: (free) => (free(backend) ? backend : undefined) });
  await enter(one);
  const second = await enter(two);
  void enter(one);
  const waiting = enter(two);
  second.release();
  expect((await waiting).backend).toBe(two);
});
