import { expect, test } from 'vitest';
import type { Diagnosis } from '../../src/triage/diagnosis.ts';
import { eventually } from '../support/ops.ts';
import { header } from './support/rig.ts';
import { virtualWatch } from './support/virtual-watch.ts';

const said = (text: string) => ({ en: text, zh: text });

const diagnosis: Diagnosis = {
  verdict: {
    ...{ cause: 'gpu-oom', step: 4, title: said('The GPU ran out of memory'), explanation: said('It did not fit.') },
    ...{ evidence: [], fix: ['ollama stop qwen3:32b'], confirm: [] },
  },
  ...{ also: [], steps: [], sources: [], took_ms: 1, window: { from: '', to: '' } },
};

/** A watch with a triage that ends when the test says so. */
async function rig(to = ['oncall@example.org']) {
  const walks: PromiseWithResolvers<Diagnosis>[] = [];
  const diagnose = () => {
    const walk = Promise.withResolvers<Diagnosis>();
    walks.push(walk);
    return walk.promise;
  };
  return { walks, ...(await virtualWatch({ to, diagnose })) };
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

test('a triage that never ends is given up, is said, and a later mail gets a new one', async () => {
  const { fire, walks, mails, states, clock } = await rig();
  fire();
  await eventually('a walk', () => walks.length === 1);
  await clock.advance(5000);
  await eventually('the mail', () => states()[0] === 'firing accepted');
  await clock.advance(60_000);
  await eventually('the follow-up', () => states()[1] === 'triage accepted');
  expect(mails[1]?.raw).toContain('triage failed');
  await clock.advance(60_000);
  fire('GPU-1');
  await eventually('another walk', () => walks.length === 2);
  walks[1]?.resolve(diagnosis);
  await eventually('the second mail', () => states()[2] === 'firing accepted');
  expect(mails[2]?.raw).toContain('The GPU ran out of memory');
});
