import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { watchMetrics } from '../../src/catalogue/index.ts';
import { openChannels } from '../../src/notify/channels.ts';
import { notifySchema } from '../../src/notify/config.ts';
import { startNotifier } from '../../src/notify/notifier.ts';
import { openIncidents } from '../../src/store/incidents.ts';
import { createMetrics } from '../../src/telemetry/registry.ts';
import type { Diagnosis } from '../../src/triage/diagnosis.ts';
import { closeIncident, openIncident } from '../../src/watch/incident.ts';
import { eventually, temporaryFolder } from '../support/ops.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { ruleOf } from '../watch/support.ts';
import { header } from './support/rig.ts';
import { startSmtpServer } from './support/smtp-server.ts';

const rule = ruleOf();
const said = (text: string) => ({ en: text, zh: text });

const diagnosis: Diagnosis = {
  verdict: {
    ...{ cause: 'gpu-oom', step: 4, title: said('The GPU ran out of memory'), explanation: said('It did not fit.') },
    ...{ evidence: [], fix: ['ollama stop qwen3:32b'], confirm: [] },
  },
  ...{ also: [], steps: [], sources: [], took_ms: 1, window: { from: '', to: '' } },
};

/** A notifier with a triage that ends when the test says so; `restart` begins another on the same folder. */
async function rig(to = ['oncall@example.org']) {
  const server = await startSmtpServer();
  const folder = temporaryFolder('ops-follow-up');
  const clock = new VirtualClock(Date.now());
  const config = notifySchema.parse({
    email: { from: 'ops@example.org', to, smtp: { host: '127.0.0.1', port: server.port } },
  });
  const channels = await openChannels(config);
  const walks: PromiseWithResolvers<Diagnosis>[] = [];
  const start = () => {
    const incidents = openIncidents(folder, 'example.org');
    const notifier = startNotifier({
      ...{ config, channels, incidents, timezone: 'UTC', host: 'box', groupWaitMs: 0, clock },
      ...{ log: pino({ level: 'silent' }), metrics: createMetrics(watchMetrics), backoff: undefined },
      page: { listen: { port: 9465 } },
      diagnose: () => {
        const walk = Promise.withResolvers<Diagnosis>();
        walks.push(walk);
        return walk.promise;
      },
    });
    return {
      incidents,
      notifier,
      async close() {
        await notifier.close();
        incidents.close();
      },
    };
  };
  let running = start();
  onTestFinished(() => running.close());
  return {
    ...{ clock, walks },
    mails: server.mails,
    fire() {
      const { incidents, notifier } = running;
      const at = clock.now();
      const incident = incidents.open(openIncident({ rule, labels: { uuid: 'GPU-0' }, value: 90 }, at), (opened) =>
        notifier.announce({ kind: 'firing', incident: opened, at, decidedBy: [] }, rule),
      );
      notifier.wake();
      return incident;
    },
    resolve(incident: Parameters<typeof closeIncident>[0]) {
      const { incidents, notifier } = running;
      const closed = closeIncident(incident, clock.now());
      incidents.transition(
        closed,
        notifier.announce({ kind: 'resolved', incident: closed, at: clock.now(), decidedBy: [] }, rule),
      );
      notifier.wake();
    },
    async restart() {
      await running.close();
      running = start();
    },
    states: () => running.incidents.outbox.all().map(({ kind, state }) => `${kind} ${state}`),
  };
}

const stateOf = ({ raw }: { raw: string }) => header(raw, 'X-Alert-State');

test('a triage that ends in time is in the mail, and nothing follows', async () => {
  const { fire, walks, mails, states } = await rig();
  fire();
  await eventually('a walk', () => walks.length === 1);
  walks[0]?.resolve(diagnosis);
  await eventually('the mail', () => states()[0] === 'firing accepted');
  expect(mails[0]?.raw).toContain('The GPU ran out of memory');
  expect(states()).toEqual(['firing accepted']);
});

test('after 5 s the mail goes without it; what triage finds follows in the thread, once for each recipient', async () => {
  const { fire, walks, mails, states, clock, restart } = await rig(['a@example.org', 'b@example.org']);
  fire();
  await eventually('a walk', () => walks.length === 1);
  await clock.advance(5000);
  await eventually('the first mail', () => states()[0] === 'firing accepted');
  await clock.advance(5000);
  await eventually('both mails', () => mails.length === 2);
  expect(mails.every(({ raw }) => raw.includes('triage unfinished'))).toBe(true);
  expect(walks).toHaveLength(1);
  walks[0]?.resolve(diagnosis);
  await eventually('both follow-ups', () => states().filter((one) => one === 'triage accepted').length === 2);
  await restart();
  await clock.advance(600_000);
  expect(mails.map(stateOf)).toEqual(['firing', 'firing', 'triage', 'triage']);
  const [first, , followUp] = mails.map(({ raw }) => raw);
  expect(followUp).toContain('The GPU ran out of memory');
  expect(header(followUp, 'References')).toBe(header(first, 'References'));
  expect(header(followUp, 'Subject')).toBe(header(first, 'Subject'));
  expect(header(followUp, 'Message-ID')).not.toBe(header(first, 'Message-ID'));
});

test('a follow-up that was owed when watch ended is sent after a walk of the next watch', async () => {
  const { fire, walks, mails, states, clock, restart } = await rig();
  fire();
  await eventually('a walk', () => walks.length === 1);
  await clock.advance(5000);
  await eventually('the mail', () => states()[0] === 'firing accepted');
  await restart();
  await eventually('another walk', () => walks.length === 2);
  expect(mails).toHaveLength(1);
  walks[1]?.resolve(diagnosis);
  await eventually('the follow-up', () => states()[1] === 'triage accepted');
  expect(mails.map(stateOf)).toEqual(['firing', 'triage']);
});

test('a triage that fails after all is said too', async () => {
  const { fire, walks, mails, states, clock } = await rig();
  fire();
  await eventually('a walk', () => walks.length === 1);
  await clock.advance(5000);
  await eventually('the mail', () => states()[0] === 'firing accepted');
  walks[0]?.reject(new Error('nvidia-smi hangs'));
  await eventually('the follow-up', () => states()[1] === 'triage accepted');
  expect(mails[1]?.raw).toContain('triage failed: run ops triage');
});

test('nobody is told of a triage whose incident ended first', async () => {
  const { fire, resolve, walks, mails, states, clock } = await rig();
  const incident = fire();
  await eventually('a walk', () => walks.length === 1);
  await clock.advance(5000);
  await eventually('the mail', () => states()[0] === 'firing accepted');
  resolve(incident);
  await eventually('the end', () => states()[2] === 'resolved accepted');
  walks[0]?.resolve(diagnosis);
  await clock.advance(600_000);
  expect(states()).toEqual(['firing accepted', 'triage coalesced', 'resolved accepted']);
  expect(mails.map(stateOf)).toEqual(['firing', 'resolved']);
});
