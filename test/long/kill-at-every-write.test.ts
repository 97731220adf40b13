import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { openIncident } from '../../src/incident.ts';
import { noticeOf, subjectOf } from '../../src/notify/notice.ts';
import { openIncidents } from '../../src/store/incidents.ts';
import { header } from '../notify/support/rig.ts';
import { startSmtpProxy } from '../notify/support/smtp-proxy.ts';
import { startSmtpServer } from '../notify/support/smtp-server.ts';
import { startProgram, temporaryFolder } from '../support/ops.ts';
import { ruleOf } from '../watch/support.ts';

const program = fileURLToPath(new URL('../notify/support/outbox-program.ts', import.meta.url));

/** A child that carries one incident through the outbox; resolves with what ended it. */
async function carry(
  folder: string,
  port: number,
  crashAt = 0,
  { story = 'one', started = () => {} }: { story?: string; started?: (kill: () => void) => void } = {},
) {
  const child = startProgram(process.execPath, [program, folder, String(port), String(crashAt), story]);
  started(() => child.process.kill('SIGKILL'));
  const [code, signal] = await once(child.process, 'exit');
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(child.output());
  return signal === 'SIGKILL' ? 'killed' : 'ended';
}

/** Firing before resolved, nothing missing, at most one of them twice and then under the same Message-ID. */
function expectAllOnce(mails: readonly { readonly raw: string }[], where: string) {
  const seen = mails.map(({ raw }) => `${header(raw, 'Message-ID')} ${header(raw, 'X-Alert-State')}`);
  const distinct = [...new Set(seen)];
  const kinds = distinct.map((one) => one.split(' ')[1]).join(' ');
  // Killed before the first mail was accepted, the next watch may have had its triage in time.
  expect(['firing triage resolved', 'firing resolved'], where).toContain(kinds);
  expect(seen.length - distinct.length, where).toBeLessThanOrEqual(1);
  expect(seen, where).toEqual([...seen].sort((a, b) => distinct.indexOf(a) - distinct.indexOf(b)));
}

test('killed around any write to incidents.db, a watch loses nothing and repeats one mail at most', async () => {
  let crashAt = 0;
  for (let end = 'killed'; end === 'killed'; ) {
    crashAt += 1;
    const server = await startSmtpServer();
    const folder = temporaryFolder('ops-kill');
    end = await carry(folder, server.port, crashAt);
    if (end === 'killed') expect(await carry(folder, server.port)).toBe('ended');
    expectAllOnce(server.mails, `killed at moment ${crashAt}`);
  }
  // Two mails are five transactions at least; fewer moments would mean that the hook has come loose.
  expect(crashAt).toBeGreaterThan(20);
}, 180_000);

test('killed once the server has heard any step of the conversation, likewise', async () => {
  let crashAt = 0;
  for (let end = 'killed'; end === 'killed'; ) {
    crashAt += 1;
    const server = await startSmtpServer();
    const folder = temporaryFolder('ops-kill');
    let steps = 0;
    let kill = () => {};
    const proxy = await startSmtpProxy(server.port, () => {
      steps += 1;
      if (steps !== crashAt) return undefined;
      kill();
      return 'drop-reply';
    });
    const started = (end: () => void): void => {
      kill = end;
    };
    end = await carry(folder, proxy.port, 0, { started });
    if (end === 'killed') expect(await carry(folder, server.port)).toBe('ended');
    expectAllOnce(server.mails, `killed at step ${crashAt}`);
  }
  expect(crashAt).toBeGreaterThan(12);
}, 180_000);

/** An hour in which the recipient got all the mails that he can read, and two incidents that nobody was told of yet. */
function fillHour(folder: string): void {
  const { outbox, open, close } = openIncidents(folder, 'example.org');
  const to = { channel: 'email', recipient: 'oncall@example.org' };
  const told = { kind: 'report', ...to, subject: 's', payload: '{}' } as const;
  const before = Date.now() - 600_000;
  for (let index = 0; index < 20; index++) outbox.post(`<${index}@example.org>`, [told], before);
  for (const one of outbox.unsent()) outbox.save({ ...one, state: 'accepted', acceptedAt: before }, before, 'accepted');
  // Long enough ago for the digest not to wait for more.
  const at = Date.now() - 120_000;
  const rule = ruleOf();
  for (const uuid of ['GPU-0', 'GPU-1']) {
    open(openIncident({ rule, labels: { uuid }, value: 90 }, at), (incident) => {
      const notice = noticeOf({ kind: 'firing', incident, at, decidedBy: [] }, rule);
      return [{ kind: 'firing', ...to, subject: subjectOf(notice, 'box', 'en'), payload: JSON.stringify(notice) }];
    });
  }
  close();
}

test('killed around any write of a digest, every incident is told, by one mail that is repeated once at most', async () => {
  let crashAt = 0;
  let digests = 0;
  for (let end = 'killed'; end === 'killed'; ) {
    crashAt += 1;
    const server = await startSmtpServer();
    const folder = temporaryFolder('ops-kill');
    fillHour(folder);
    end = await carry(folder, server.port, crashAt, { story: 'send' });
    if (end === 'killed') expect(await carry(folder, server.port, 0, { story: 'send' })).toBe('ended');
    const where = `killed at moment ${crashAt}`;
    const ids = server.mails.map(({ raw }) => header(raw, 'Message-ID'));
    expect(ids.length - new Set(ids).size, where).toBeLessThanOrEqual(1);
    const { outbox, close } = openIncidents(folder, 'example.org');
    const rows = outbox.all().filter(({ kind }) => kind !== 'report');
    close();
    expect(ids, where).toEqual(
      expect.arrayContaining(rows.flatMap(({ state, messageId }) => (state === 'accepted' ? [messageId] : []))),
    );
    expect(
      rows.filter(({ kind, state }) => kind === 'firing' && state !== 'coalesced'),
      where,
    ).toEqual([]);
    const texts = (await Promise.all(server.mails.map(({ raw }) => simpleParser(raw)))).map(({ text }) => text).join();
    for (const uuid of ['GPU-0', 'GPU-1']) expect(texts, where).toContain(uuid);
    digests += rows.filter(({ kind }) => kind === 'digest').length;
  }
  // Folding and sending: fewer moments would mean that the hook has come loose.
  expect(crashAt).toBeGreaterThan(10);
  expect(digests).toBeGreaterThanOrEqual(crashAt);
}, 180_000);
