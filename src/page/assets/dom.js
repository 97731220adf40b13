export const byId = (id) => document.getElementById(id);

/** An element with a class, and children or text; whatever is null or false is left out. */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** The same moment is written the same way everywhere: today as a time, other days with their date. */
export function when(ms) {
  const lang = document.documentElement.lang;
  const sameDay = new Date(ms).toDateString() === new Date().toDateString();
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  return new Intl.DateTimeFormat(lang, sameDay ? time : { month: 'short', day: 'numeric', ...time }).format(ms);
}

const formats = {
  ratio: (value) => `${(value * 100).toFixed(0)} %`,
  seconds: (value) => `${value.toFixed(value < 10 ? 2 : 0)} s`,
  bytes: (value) => `${(value / 2 ** 30).toFixed(1)} GiB`,
  celsius: (value) => `${value.toFixed(0)} °C`,
  count: (value) => (Number.isInteger(value) ? String(value) : value.toFixed(2)),
};

/** A value in its unit, as a person reads it. */
export function format(unit, value) {
  if (value === undefined || value === null) return '–';
  return (formats[unit] ?? formats.count)(value);
}

/** One line of a list: what, its state as a word in its colour, and details below. */
export function row(name, state, word, ...details) {
  const kept = details.filter(Boolean).map((detail) => element('span', 'detail', detail));
  return element('li', '', element('strong', '', name), element('span', `badge ${state}`, word), ...kept);
}

/** Replaces a list only when it differs, so that focus and selection stay where they are. */
export function fill(id, rows, emptyText) {
  const list = byId(id);
  const next = rows.length > 0 ? rows : emptyText ? [element('li', 'quiet', emptyText)] : [];
  const text = next.map(({ outerHTML }) => outerHTML).join('');
  if (list.dataset.shown === text) return;
  const focus = list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const open = new Set([...list.querySelectorAll('details[open]')].map(({ dataset }) => dataset.key));
  list.replaceChildren(...next);
  list.dataset.shown = text;
  for (const details of list.querySelectorAll('details')) details.open = open.has(details.dataset.key);
  if (focus) list.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
}
