import { byId, element, fill, row, when } from './dom.js';

/** Asks watch to change something. The token is fetched each time: it is another one after a restart of watch. */
async function post(path, body) {
  const session = await fetch('/api/session').then((reply) => reply.json());
  const reply = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf_token ?? '' },
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error((await reply.json()).error.message);
}

function button(label, name, key, path, body, texts) {
  const made = element('button', '', label);
  made.dataset.key = key;
  made.type = 'button';
  made.setAttribute('aria-label', `${label}: ${name}`);
  made.dataset.action = JSON.stringify({ path, body });
  made.dataset.failed = texts.failed;
  return made;
}

/** One listener for all buttons: the lists are replaced while people use them. */
export function listen() {
  document.addEventListener('click', async ({ target }) => {
    const action = target.closest?.('button[data-action]');
    if (!action) return;
    const { path, body } = JSON.parse(action.dataset.action);
    action.disabled = true;
    try {
      await post(path, body);
    } catch (error) {
      byId('notice').hidden = false;
      byId('notice').textContent = action.dataset.failed.replace('{reason}', error.message);
    } finally {
      action.disabled = false;
    }
  });
  addEventListener('hashchange', goToLink);
}

/** Opens the incident that a mail links to. */
export function goToLink() {
  const target = /^#incident-\d+$/.test(location.hash) && byId(location.hash.slice(1));
  if (!target) return;
  for (const details of target.querySelectorAll('details')) details.open = true;
  target.scrollIntoView({ block: 'start' });
  target.focus();
}

export function showIncidents({ alerts, incidents, silences, texts }) {
  const pending = alerts.filter(({ state }) => state === 'pending');
  fill(
    'alerts',
    pending.map(({ rule, summary, since }) =>
      row(rule, 'warning', texts.pendingAlerts, `${summary} · ${texts.since} ${when(since)}`),
    ),
  );
  const summaries = new Map(alerts.map((alert) => [alert.rule + pairs(alert.labels), alert.summary]));
  const items = incidents.map((one) => incidentRow(one, summaries.get(one.rule + one.labels), texts));
  fill('incidents', items, pending.length > 0 ? '' : texts.noIncidents);
  fill(
    'silences',
    silences.map((silence) => silenceRow(silence, texts)),
  );
}

const pairs = (labels) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

function incidentRow(incident, summary, texts) {
  const { id, rule, labels, severity, state, openedAt, closedAt, lasted, acknowledged, flaps, mails } = incident;
  const name = `OPS-${id} ${rule}`;
  const time =
    closedAt === null ? `${texts.since} ${when(openedAt)}` : `${when(openedAt)} – ${when(closedAt)} (${lasted})`;
  const notes = [
    texts[severity],
    time,
    labels,
    acknowledged ? texts.acknowledged : '',
    flaps > 0 ? `${texts.flaps} ${flaps}×` : '',
  ];
  const item = element(
    'li',
    `incident ${state}`,
    element('strong', '', name),
    element('span', `badge ${state === 'firing' ? severity : 'good'}`, texts[state]),
    summary && element('p', '', summary),
    element('span', 'detail', notes.filter(Boolean).join(' · ')),
    related(incident, texts),
    mailList(name, id, mails, texts),
  );
  if (state === 'firing') {
    const silence = button(
      texts.silence,
      name,
      `silence-${id}`,
      `/incidents/${id}/silence`,
      { for: '2h', reason: 'ops page' },
      texts,
    );
    const ack = acknowledged ? null : button(texts.acknowledge, name, `ack-${id}`, `/incidents/${id}/ack`, {}, texts);
    item.append(element('span', 'actions', ack, silence));
  }
  item.id = `incident-${id}`;
  item.tabIndex = -1;
  return item;
}

function related({ root, consequences }, texts) {
  const link = (id) => {
    const made = element('a', '', `OPS-${id}`);
    made.href = `#incident-${id}`;
    return made;
  };
  const ids = root === null ? consequences : [root];
  if (ids.length === 0) return null;
  const word = root === null ? texts.consequences : texts.consequenceOf;
  return element('span', 'detail', `${word}:`, ...ids.flatMap((id) => [' ', link(id)]));
}

function mailList(name, id, mails, texts) {
  const lines = mails.map(({ kind, recipient, state, at, error }) =>
    element('li', '', [texts[kind], recipient, texts[state], when(at), error ?? ''].filter(Boolean).join(' · ')),
  );
  const details = element(
    'details',
    '',
    element('summary', '', `${texts.mails}: ${mails.length}`),
    element('ul', 'log', ...(lines.length > 0 ? lines : [element('li', '', texts.noMails)])),
  );
  details.dataset.key = `mails-${id}`;
  details.firstChild.dataset.key = `mails-${id}-summary`;
  details.firstChild.setAttribute('aria-label', `${texts.mails}: ${mails.length}, ${name}`);
  return details;
}

function silenceRow({ id, matchers, expiresAt, reason }, texts) {
  const item = row(texts.silences, 'warning', `${texts.until} ${when(expiresAt)}`, matchers, reason);
  item.append(
    element('span', 'actions', button(texts.endSilence, matchers, `end-${id}`, `/silences/${id}/end`, {}, texts)),
  );
  return item;
}
