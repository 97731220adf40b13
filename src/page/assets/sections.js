import { byId, element, fill, format, row, when } from './dom.js';

const marks = { healthy: '✓', fault: '✗', unknown: '?', skipped: '–' };

/** The sentence that stands first, with its beginning, its incident and what to run. */
export function showVerdict({ verdict, texts, mailing }) {
  const { state, text, since, incident, cause } = verdict;
  const place = byId('verdict');
  const full = since === null ? text : `${text} · ${texts.since} ${when(since)}`;
  if (place.dataset.shown !== full + incident) {
    place.dataset.shown = full + incident;
    const link = incident === null ? null : element('a', '', `OPS-${incident}`);
    if (link) link.href = `#incident-${incident}`;
    place.replaceChildren(full, ...(link ? [' · ', link] : []));
  }
  place.className = state;
  document.title = `${marks[{ good: 'healthy', bad: 'fault', warn: 'fault' }[state] ?? 'unknown']} ${texts.title}`;
  byId('notice').hidden = mailing;
  byId('notice').textContent = mailing ? '' : texts.nobodyMailed;
  byId('cause').hidden = cause === null;
  if (cause === null) return;
  const commands = cause.fix.map((line) => element('code', '', line));
  byId('cause').replaceChildren(
    element('strong', '', `${texts.cause}: ${cause.title}`),
    element('p', '', [cause.explanation, cause.nearest].filter(Boolean).join(' ')),
    ...commands,
  );
}

/** The five boxes, in the order in which a chat goes through them. */
export function showPath({ path, texts }) {
  const boxes = path.map(({ step, name, state, answer, at, evidence }) => {
    const lines = evidence.map(({ source, line, text }) =>
      element('li', '', element('span', 'quiet', line === null ? source : `${source}:${line}`), ` ${text}`),
    );
    const details = element('details', '', element('summary', '', texts.evidence), element('ul', 'log', ...lines));
    details.dataset.key = `step-${step}`;
    details.firstChild.dataset.key = `step-${step}-summary`;
    details.firstChild.setAttribute('aria-label', `${texts.evidence}: ${name}`);
    const mark = element('span', 'mark', marks[state]);
    mark.setAttribute('aria-hidden', 'true');
    return element(
      'li',
      `box ${state}`,
      element('h3', '', mark, ` ${name}`),
      element('span', 'badge', texts[state]),
      element('p', '', answer),
      at !== null && element('span', 'detail', when(at)),
      lines.length > 0 && details,
    );
  });
  fill('path', boxes);
}

export function showMachine({ models, certificates, schedule, waitingMails, texts }) {
  fill(
    'models',
    models.map(({ model, vram, ratio, context }) =>
      row(
        model,
        ratio !== null && ratio < 0.99 ? 'warning' : 'good',
        ratio === null ? '' : `${format('ratio', ratio)} ${texts.onGpu}`,
        `${format('bytes', vram)}${context === null ? '' : ` · ${context} ${texts.tokens}`}`,
      ),
    ),
    texts.noModels,
  );
  fill(
    'certificates',
    certificates.map(({ target, source, daysLeft, problems, reloaded }) =>
      row(
        target,
        problems.length > 0 || daysLeft < 10 ? 'bad' : daysLeft < 20 || !reloaded ? 'warning' : 'good',
        texts.daysLeft.replace('{days}', daysLeft),
        [source, ...problems, reloaded ? '' : texts.notReloaded].filter(Boolean).join(' · '),
      ),
    ),
    texts.noCertificates,
  );
  fill(
    'schedule',
    schedule.map((one) => checkRow(one, texts)),
    texts.noData,
  );
  fill(
    'outbox',
    waitingMails.map(({ incident, kind, recipient, state, attempts, error, at }) =>
      row(
        `${incident === null ? texts[kind] : `OPS-${incident}`} → ${recipient}`,
        state === 'dead' ? 'bad' : 'warning',
        texts[state],
        `${texts.attempts}: ${attempts} · ${texts.next} ${when(at)}`,
        error,
      ),
    ),
    texts.outboxEmpty,
  );
}

function checkRow({ check, state, reason, lastRunAt, nextRunAt, missed, overruns }, texts) {
  const times = [
    lastRunAt === null ? '' : when(lastRunAt),
    nextRunAt === null ? '' : `${texts.next} ${when(nextRunAt)}`,
    missed > 0 ? `${texts.missed} ${missed}` : '',
    overruns > 0 ? `${texts.overruns} ${overruns}` : '',
  ];
  const kind = { ok: 'good', failing: 'bad', stuck: 'bad' }[state] ?? 'warning';
  return row(check, kind, texts[state], times.filter(Boolean).join(' · '), reason);
}
