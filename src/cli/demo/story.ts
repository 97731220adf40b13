import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser } from 'mailparser';
import { OpsError } from '../../errors.ts';
import type { PageState } from '../../page/state.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';

export const acts = 6;

const startTimeoutMs = 20_000;
const actTimeoutMs = 60_000;
const pollMs = 250;
const trafficMs = 1000;

/** Tells the story of one fault, from the first chat to the named cause. `runTriage` prints `ops triage` itself. */
export async function tellStory(stage: Stage, screen: Screen, runTriage: () => Promise<void>): Promise<void> {
  screen.act('Gateway and watch start, in front of a simulated Ollama, GPU and mail server');
  await until('gateway and watch', startTimeoutMs, () => bothAnswer(stage));
  screen.line(`gateway ${stage.gatewayUrl}   ops page ${stage.pageUrl}`);

  screen.act('Users chat');
  for (const message of ['你好', 'What can you do?']) await show(stage, screen, message);

  screen.act('Fault: the model stops answering (Ollama accepts, and stays silent)');
  stage.ollama.fault = 'silent';
  await show(stage, screen, 'Are you still there?');
  const traffic = keepChatting(stage);
  try {
    screen.act('Watch notices');
    await showAlert(stage, screen);

    screen.act('The mail, as it arrived');
    await showMail(stage, screen);

    screen.act('ops triage');
    await runTriage();
  } finally {
    traffic.abort();
  }
}

async function show({ clawdbot }: Stage, screen: Screen, message: string): Promise<void> {
  const startedAt = performance.now();
  const { status, text } = await clawdbot.chat(message, 'alice');
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  screen.line(`alice: ${message}`);
  screen.line(`  ${status === 200 ? '✓' : '✗'} ${status} after ${seconds} s: ${text}`);
}

/** Other users go on chatting, as they would; stopped by its signal. */
function keepChatting({ clawdbot }: Stage): AbortController {
  const stop = new AbortController();
  void (async () => {
    while (!stop.signal.aborted) {
      await clawdbot.chat('Hello?', 'bob').catch(() => undefined);
      await sleep(trafficMs);
    }
  })();
  return stop;
}

async function showAlert(stage: Stage, screen: Screen): Promise<void> {
  const seen = new Set<string>();
  await until('a firing alert', actTimeoutMs, async () => {
    const { alerts } = await pageState(stage);
    for (const { rule, state, summary } of alerts) {
      const key = `${rule} ${state}`;
      if (!seen.has(key))
        screen.line(`${new Date().toLocaleTimeString('en-GB')}  ${state.padEnd(8)} ${rule}: ${summary}`);
      seen.add(key);
    }
    return alerts.some(({ state }) => state === 'firing');
  });
}

async function showMail({ mail }: Stage, screen: Screen): Promise<void> {
  await until('a mail', actTimeoutMs, async () => mail.mails.length > 0);
  const [first] = mail.mails;
  if (!first) return;
  const { subject, text } = await simpleParser(first.raw);
  screen.line(`To:      ${first.to.join(', ')}`);
  screen.line(`Subject: ${subject}`);
  screen.quote(text ?? '');
}

async function bothAnswer({ gatewayUrl, pageUrl }: Stage): Promise<boolean> {
  const replies = await Promise.all(
    [`${gatewayUrl}/ready`, `${pageUrl}/health`].map((url) => fetch(url).then(({ ok }) => ok)),
  );
  return replies.every((ok) => ok);
}

async function pageState({ pageUrl }: Stage): Promise<PageState> {
  const reply = await fetch(`${pageUrl}/api/state`);
  return (await reply.json()) as PageState;
}

/** Waits for a condition; a call that throws counts as "not yet". */
async function until(what: string, timeoutMs: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > deadline) throw new OpsError('demo_stuck', { what, seconds: timeoutMs / 1000 });
    await sleep(pollMs);
  }
}
