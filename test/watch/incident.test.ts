import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { gpuTemperature } from '../../src/catalogue/gpu.ts';
import { sampleOf } from '../../src/check.ts';
import { closeIncident, type IncidentEvent, observe, openIncident } from '../../src/incident.ts';
import { openIncidents } from '../../src/store/incidents.ts';
import { openSamples } from '../../src/store/samples.ts';
import { createAlerting } from '../../src/watch/alerting.ts';
import type { CheckStatus } from '../../src/watch/snapshot.ts';
import { temporaryFolder } from '../support/ops.ts';
import { ruleOf } from './support.ts';

const rule = ruleOf();
const alert = { rule, labels: { uuid: 'GPU-0' }, value: 90 };
const start = Date.UTC(2026, 10, 24);

const check = (state: CheckStatus['state']): CheckStatus => ({
  name: 'gpu',
  state,
  lastRunAt: start,
  durationSeconds: 1,
  reason: state === 'ok' ? null : 'nvidia-smi hangs',
});

/** Watch's alerting over real stores in a folder, one evaluation every 15 s; `from` counts on over a restart. */
function rig(folder: string, from = 0, keepPending = true) {
  const samples = openSamples(folder);
  const incidents = openIncidents(folder, 'example.org');
  const events: IncidentEvent[] = [];
  const rules = [rule];
  const alerting = createAlerting({
    rules: () => rules,
    samples,
    incidents,
    log: pino({ level: 'silent' }),
    everyMs: 15_000,
    startedAt: start + from,
    keepPending,
    inMaintenance: () => false,
    tellUnkept: () => false,
    announce(event) {
      events.push(event);
      return [{ kind: event.kind, channel: 'email', recipient: 'a@b.c', subject: 's', payload: '{}' }];
    },
  });
  let now = start + from;
  let closed = false;
  const close = () => {
    if (!closed) {
      samples.close();
      incidents.close();
    }
    closed = true;
  };
  onTestFinished(close);
  return {
    alerting,
    incidents,
    events,
    close,
    /** Measures (undefined: nothing) and evaluates. */
    measure(celsius: number | undefined, checks = [check('ok')]) {
      if (celsius !== undefined) {
        samples.append([sampleOf(gpuTemperature, { uuid: 'GPU-0', sensor: 'core' }, celsius, now)]);
      }
      alerting.tick(now, checks);
      now += 15_000;
    },
  };
}

test('an incident keeps the value it fired with and remembers the one furthest from it', () => {
  const opened = { id: 1, ...openIncident(alert, 1000) };
  expect(opened).toMatchObject({
    rule: 'GpuHot',
    state: 'firing',
    openedAt: 1000,
    closedAt: null,
    value: 90,
    peak: 90,
  });
  const peaked = [95, 91, 88].reduce(observe, opened);
  expect(peaked).toMatchObject({ value: 90, peak: 95 });
  expect(closeIncident(peaked, 5000)).toMatchObject({
    id: 1,
    state: 'resolved',
    openedAt: 1000,
    closedAt: 5000,
    peak: 95,
  });
});

test('firing and resolving write the incident together with its notifications', () => {
  const { measure, incidents, events } = rig(temporaryFolder('ops-incident'));
  for (const celsius of [85, 85, 85, 85]) measure(celsius);
  expect(incidents.list(5)).toEqual([]);
  for (const celsius of [86, 99, 90, 60]) measure(celsius);
  expect(incidents.list(5)).toMatchObject([
    { id: 1, state: 'resolved', value: 86, peak: 99, closedAt: start + 105_000 },
  ]);
  expect(incidents.outbox.unsent().map(({ kind, seq, state }) => `${kind} ${seq} ${state}`)).toEqual([
    'firing 1 pending',
    'resolved 2 pending',
  ]);
  expect(events.map(({ kind, at }) => `${kind} ${(at - start) / 1000}`)).toEqual(['firing 60', 'resolved 105']);
});

test('the samples that decided are those of the last evaluations', () => {
  const { measure, events } = rig(temporaryFolder('ops-incident'));
  for (const celsius of [81, 82, 83, 84, 85]) measure(celsius);
  expect(events[0]?.decidedBy.map(({ value }) => value)).toEqual([81, 82, 83, 84, 85]);
});

test('a restart keeps a pending alert waiting and a firing one firing, and opens no second incident', () => {
  const folder = temporaryFolder('ops-incident');
  const first = rig(folder);
  for (const celsius of [85, 85, 85]) first.measure(celsius);
  first.close();
  const second = rig(folder, 45_000);
  second.measure(85);
  expect(second.events).toEqual([]);
  second.measure(85);
  expect(second.events.map(({ kind }) => kind)).toEqual(['firing']);
  second.close();
  const third = rig(folder, 75_000);
  third.measure(85);
  expect(third.events).toEqual([]);
  third.measure(60);
  expect(third.events).toMatchObject([{ kind: 'resolved', incident: { id: 1 } }]);
  expect(third.incidents.list(5)).toHaveLength(1);
});

test('the extreme of an incident is not forgotten by a restart', () => {
  const folder = temporaryFolder('ops-incident');
  const first = rig(folder);
  for (const celsius of [85, 85, 85, 85, 85, 99, 86]) first.measure(celsius);
  first.close();
  const second = rig(folder, 105_000);
  second.measure(60);
  expect(second.incidents.list(1)).toMatchObject([{ value: 85, peak: 99 }]);
});

test('after a long absence a pending alert begins again', () => {
  const folder = temporaryFolder('ops-incident');
  const first = rig(folder);
  for (const celsius of [85, 85, 85]) first.measure(celsius);
  first.close();
  const second = rig(folder, 3_600_000, false);
  second.measure(85);
  expect(second.events).toEqual([]);
  expect(second.alerting.alerts()).toMatchObject([{ state: 'pending', since: start + 3_600_000 }]);
});

test('silence is a verdict with a reason, and resolves nothing while the check fails', () => {
  const { measure, alerting, events } = rig(temporaryFolder('ops-incident'));
  for (const celsius of [85, 85, 85, 85, 85]) measure(celsius);
  for (let at = 0; at < 25; at++) measure(undefined, [check('failing')]);
  expect(alerting.verdicts()).toMatchObject([{ kind: 'no-data', blind: true }]);
  expect(JSON.stringify(alerting.verdicts())).toContain(
    'ops_gpu_temperature_celsius in the last 5 minutes; gpu: nvidia',
  );
  expect(events.map(({ kind }) => kind)).toEqual(['firing']);
  measure(60);
  expect(events.map(({ kind }) => kind)).toEqual(['firing', 'resolved']);
});
