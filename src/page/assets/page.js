import uPlot from '/uplot.js';

const refreshMs = 5000;
const chartHeight = 200;
const colours = ['#3b82f6', '#e4572e', '#2a9d5c', '#b7791f', '#9061c2', '#0f9aa8', '#c2417c'];
const plots = new Map();

const byId = (id) => document.getElementById(id);
const clockFace = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clock = (ms) => new Date(ms).toLocaleString();

function row(name, state, word, detail) {
  const item = document.createElement('li');
  const label = document.createElement('strong');
  label.textContent = name;
  const badge = document.createElement('span');
  badge.className = state;
  badge.textContent = word;
  item.append(label, badge);
  if (detail) {
    const small = document.createElement('span');
    small.className = 'detail';
    small.textContent = detail;
    item.append(small);
  }
  return item;
}

function fillList(id, rows, emptyText) {
  byId(id).replaceChildren(...(rows.length > 0 ? rows : [row(emptyText, '', '')]));
}

function showState(state) {
  const { texts } = state;
  const words = { good: texts.verdictGood, bad: texts.verdictBad, unknown: texts.verdictUnknown };
  const worst = state.alerts.find((alert) => alert.state === 'firing');
  byId('title').textContent = texts.title;
  byId('verdict').textContent = worst ? `${words[state.verdict]}: ${worst.summary}` : words[state.verdict];
  byId('verdict').className = state.verdict;
  byId('notice').hidden = state.mailing;
  byId('notice').textContent = texts.nobodyMailed;
  byId('parts-heading').textContent = texts.whatIsUp;
  byId('alerts-heading').textContent = texts.whatFires;
  byId('incidents-heading').textContent = texts.latestIncidents;
  byId('charts-heading').textContent = texts.charts;
  fillList(
    'parts',
    state.parts.map((part) => row(part.name, part.state, texts[part.state], part.detail)),
    texts.noData,
  );
  fillList(
    'alerts',
    state.alerts.map((alert) =>
      row(alert.rule, alert.state, texts[alert.state], `${alert.summary} · ${texts.since} ${clock(alert.since)}`),
    ),
    texts.nothingFires,
  );
  fillList(
    'incidents',
    state.incidents.map((incident) =>
      row(
        `OPS-${incident.id} ${incident.rule}`,
        incident.state,
        texts[incident.state],
        incident.closedAt ? `${clock(incident.openedAt)} – ${clock(incident.closedAt)}` : clock(incident.openedAt),
      ),
    ),
    texts.noIncidents,
  );
  const waiting = state.pendingMails > 0 ? ` · ${texts.pendingMails}: ${state.pendingMails}` : '';
  byId('updated').textContent = `${texts.updated} ${clock(state.at)}${waiting}`;
  return texts;
}

/** uPlot wants aligned columns: one of times, one per line, null where a line has no value. */
function columns(lines) {
  const times = [...new Set(lines.flatMap((line) => line.points.map(([time]) => time)))].sort((a, b) => a - b);
  const aligned = lines.map((line) => {
    const values = new Map(line.points);
    return times.map((time) => values.get(time) ?? null);
  });
  return [times, ...aligned];
}

const formats = {
  ratio: (value) => `${(value * 100).toFixed(0)} %`,
  seconds: (value) => `${value.toFixed(2)} s`,
  bytes: (value) => `${(value / 2 ** 30).toFixed(1)} GiB`,
};

/** All frames come first: a plot takes the width that its frame has beside the others. */
function frameChart(chart) {
  if (byId(`chart-${chart.key}`)) return;
  const figure = document.createElement('figure');
  figure.id = `chart-${chart.key}`;
  figure.append(document.createElement('figcaption'), document.createElement('div'));
  byId('charts').append(figure);
}

function drawChart(chart, texts) {
  const [caption, place] = byId(`chart-${chart.key}`).children;
  const latest = chart.lines.map((line) => `${line.legend} ${format(chart.unit, line.points.at(-1)?.[1])}`).join(', ');
  caption.textContent = chart.title;
  caption.title = chart.description;
  place.setAttribute('role', 'img');
  place.setAttribute('aria-label', `${chart.title}: ${latest || texts.noData}`);
  const shape = chart.lines.map((line) => line.legend).join('|');
  const known = plots.get(chart.key);
  if (known?.shape === shape && chart.lines.length > 0) {
    known.plot.setData(columns(chart.lines));
    return;
  }
  known?.plot?.destroy();
  place.replaceChildren();
  place.className = chart.lines.length > 0 ? '' : 'empty';
  if (chart.lines.length === 0) {
    place.textContent = texts.noData;
    plots.delete(chart.key);
    return;
  }
  plots.set(chart.key, { shape, plot: new uPlot(options(chart, place), columns(chart.lines), place) });
}

function format(unit, value) {
  if (value === undefined || value === null) return '–';
  return formats[unit]?.(value) ?? value.toFixed(2);
}

function options(chart, place) {
  const ink = getComputedStyle(document.body).color;
  const axis = { stroke: ink, grid: { stroke: 'rgb(128 128 128 / 20%)' } };
  return {
    width: place.clientWidth || 400,
    height: chartHeight,
    scales: { y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.1 : 1] } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick) => clockFace.format(tick * 1000)) },
      { ...axis, size: 60, values: (_, ticks) => ticks.map((tick) => format(chart.unit, tick)) },
    ],
    series: [
      {},
      ...chart.lines.map((line, index) => ({
        label: line.legend,
        stroke: colours[index % colours.length],
        width: 2,
        value: (_, value) => format(chart.unit, value),
      })),
    ],
  };
}

async function load(path) {
  const reply = await fetch(path);
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}`);
  return reply.json();
}

let lastTexts;

async function refresh() {
  try {
    const [state, { charts }] = await Promise.all([load('/api/state'), load('/api/charts')]);
    lastTexts = showState(state);
    for (const chart of charts) frameChart(chart);
    for (const chart of charts) drawChart(chart, lastTexts);
    document.documentElement.dataset.ready = 'true';
  } catch {
    byId('notice').hidden = false;
    byId('notice').textContent = lastTexts?.lost ?? 'watch does not answer';
  }
}

document.documentElement.lang = navigator.language.startsWith('zh') ? 'zh-CN' : 'en';
addEventListener('resize', () => {
  for (const { plot } of plots.values()) {
    plot.setSize({ width: plot.root.parentElement.clientWidth, height: chartHeight });
  }
});
await refresh();
setInterval(refresh, refreshMs);
