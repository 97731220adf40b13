import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { requestsYesterday } from '../../src/catalogue/log.ts';
import { type Check, type CheckContext, sampleOf, schedule } from '../../src/check.ts';
import { openIncidents } from '../../src/store/incidents.ts';
import { openSamples } from '../../src/store/samples.ts';
import { startChecks } from '../../src/watch/check-loop.ts';
import { temporaryFolder } from '../support/ops.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const hour = 3_600_000;
const log = pino({ level: 'silent' });

/** A daily check in a state folder of its own; `begin` starts a watch, whose stores `end` closes. */
function dailyRig(timezone: string, startedAt: number, every = '30 0 * * *') {
  const folder = temporaryFolder('ops-daily');
  const clock = new VirtualClock(startedAt);
  const starts: string[] = [];
  const counted = { requests: 5, fails: false, known: [] as number[] };
  const check = {
    metrics: [requestsYesterday],
    run: async (_: unknown, { stored }: CheckContext) => {
      counted.known = stored(requestsYesterday, clock.now() - 2 * hour).map(({ value }) => value);
      starts.push(new Date(clock.now()).toISOString().slice(5, 16));
      if (counted.fails) throw new Error('no such file');
      return [sampleOf(requestsYesterday, { result: 'ok' }, counted.requests, clock.now())];
    },
  };
  const planned = [
    { name: 'log', check: check as unknown as Check, config: { every: schedule.parse(every), timeout: 60_000 } },
  ];
  const begin = (keepSamples = true) => {
    const samples = openSamples(keepSamples ? folder : temporaryFolder('ops-daily'));
    const incidents = openIncidents(folder, 'example.org');
    const checks = startChecks({
      ...{ planned, samples, jobs: incidents.jobs, clock, log, host: 'box', timezone },
      ...{ endpoints: { gateway: '', gatewayMetrics: '', ollama: [], page: '' }, stop: new AbortController().signal },
    });
    const end = (): void => {
      checks.cancel();
      samples.close();
      incidents.close();
    };
    onTestFinished(() => checks.cancel());
    return { checks, end, measured: () => checks.runs().flatMap((run) => run.samples.map(({ value }) => value)) };
  };
  return { clock, starts, counted, begin };
}

test.each([
  // Half an hour after midnight there, and the next one; the first run is that of the start.
  ['Asia/Shanghai', '11-24T16:30'],
  ['America/New_York', '11-25T05:30'],
  ['Australia/Lord_Howe', '11-24T13:30'],
  ['UTC', '11-25T00:30'],
])('a calendar without a zone is that of the reader in %s', async (zone, second) => {
  const { clock, starts, begin } = dailyRig(zone, Date.UTC(2026, 10, 24, 10));
  const { end } = begin();
  await clock.advance(24 * hour);
  expect(starts).toEqual(['11-24T10:00', second]);
  end();
});

test('after a restart what a daily check found today is there, and it does not run again', async () => {
  const { clock, starts, counted, begin } = dailyRig('UTC', Date.UTC(2026, 10, 24, 10));
  const first = begin();
  await clock.advance(hour);
  first.end();
  counted.requests = 6;
  const second = begin();
  await clock.advance(hour);
  expect(starts).toHaveLength(1);
  expect(second.measured()).toEqual([5]);
  expect(second.checks.statuses()).toMatchObject([
    { state: 'ok', lastRunAt: Date.UTC(2026, 10, 24, 10), reason: null },
  ]);
  await clock.advance(24 * hour);
  expect(second.measured()).toEqual([6]);
  second.end();
});

test('one that failed today has failed after a restart too, so that what fires goes on', async () => {
  const { clock, counted, begin } = dailyRig('UTC', Date.UTC(2026, 10, 24, 10));
  counted.fails = true;
  const first = begin();
  await clock.advance(hour);
  first.end();
  const second = begin();
  await clock.advance(hour);
  expect(second.measured()).toEqual([]);
  expect(second.checks.statuses()).toMatchObject([{ state: 'failing' }]);
  second.end();
});

test('a check is told what an earlier watch measured', async () => {
  const { clock, counted, begin } = dailyRig('UTC', Date.UTC(2026, 10, 24, 10), '1h');
  const first = begin();
  await clock.advance(1000);
  expect(counted.known).toEqual([]);
  first.end();
  const second = begin();
  await clock.advance(1000);
  expect(counted.known).toEqual([5]);
  second.end();
});

test('where samples.db is gone it runs again', async () => {
  const { clock, starts, begin } = dailyRig('UTC', Date.UTC(2026, 10, 24, 10));
  const first = begin();
  await clock.advance(hour);
  first.end();
  const second = begin(false);
  await clock.advance(1000);
  expect(starts).toHaveLength(2);
  expect(second.measured()).toEqual([5]);
  second.end();
});
