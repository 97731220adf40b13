import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import watchRules from '../../alerts/watch.ts';
import { gpusVisible } from '../../src/catalogue/gpu.ts';
import { type Check, type CheckConfig, sampleOf, schedule } from '../../src/check.ts';
import { activate } from '../../src/rule.ts';
import { openIncidents } from '../../src/store/incidents.ts';
import { openSamples } from '../../src/store/samples.ts';
import { createAlerting } from '../../src/watch/alerting.ts';
import { startChecks } from '../../src/watch/check-loop.ts';
import { evaluationLoop } from '../../src/watch/evaluation-loop.ts';
import { startJob } from '../../src/watch/schedule.ts';
import { temporaryFolder } from '../support/ops.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const minute = 60_000;
const log = pino({ level: 'silent' });
const config = { every: schedule.parse('1m'), timeout: 10_000 };

/** A check that never settles and does not care for its signal, until it is told to work. */
function deafCheck() {
  const deaf = { hangs: true, starts: 0, aborted: 0 };
  const check: Pick<Check<CheckConfig>, 'run'> = {
    run: (_, { clock, signal }) => {
      deaf.starts += 1;
      signal.addEventListener('abort', () => {
        deaf.aborted += 1;
      });
      return deaf.hangs ? new Promise(() => {}) : Promise.resolve([sampleOf(gpusVisible, {}, 1, clock.now())]);
    },
  };
  return { deaf, check: check as Check };
}

/** Checks, samples, rules and incidents as in a watch, over real stores. */
function watchOf(check: Check, clock: VirtualClock) {
  const folder = temporaryFolder('ops-watchdog');
  const [samples, incidents] = [openSamples(folder), openIncidents(folder, 'example.org')];
  const checks = startChecks({
    ...{ planned: [{ name: 'deaf', check, config }], samples, jobs: incidents.jobs, clock, log },
    ...{ endpoints: { gateway: '', gatewayMetrics: '', ollama: [], page: '' }, host: 'box', timezone: 'UTC' },
    stop: new AbortController().signal,
  });
  const rules = activate(watchRules.rules);
  const told: string[] = [];
  const alerting = createAlerting({
    ...{ samples, incidents, log, everyMs: 15_000, startedAt: clock.now(), keepPending: false },
    rules: () => rules,
    announce: ({ kind, incident }) => {
      told.push(`${kind} ${incident.rule} ${incident.labels['check']}`);
      return [];
    },
    inMaintenance: () => false,
    tellUnkept: () => false,
  });
  const loop = evaluationLoop({
    ...{ alerting, samples, records: [], incidents, checks, clock, log, configAccepted: () => true },
    announced: () => {},
  });
  const job = startJob({ schedule: { kind: 'interval', ms: 15_000 }, clock, task: async () => loop.tick() });
  onTestFinished(() => {
    job.cancel();
    checks.cancel();
    samples.close();
    incidents.close();
  });
  return { checks, told, running: () => incidents.firing().map(({ rule }) => rule) };
}

test('a check that ignores its deadline fails, is started anew in each period, is told, and recovers', async () => {
  const clock = new VirtualClock();
  const { deaf, check } = deafCheck();
  const { checks, told, running } = watchOf(check, clock);
  await clock.advance(4 * minute + 30_000);
  expect(deaf).toEqual({ hangs: true, starts: 5, aborted: 5 });
  expect(checks.statuses()).toMatchObject([
    { state: 'stuck', reason: 'deaf: not done within 10s', durationSeconds: 10 },
  ]);
  await clock.advance(3 * minute);
  expect(told).toEqual(['firing CheckFailing deaf']);

  deaf.hangs = false;
  await clock.advance(15 * minute);
  expect(checks.statuses()).toMatchObject([{ state: 'ok', reason: null }]);
  expect(told).toEqual(['firing CheckFailing deaf', 'resolved CheckFailing deaf']);
  expect(running()).toEqual([]);
});
