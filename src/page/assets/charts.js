import uPlot from '/uplot.js';
import { byId, element, format, when } from './dom.js';

const chartHeight = 180;
const ranges = ['1h', '6h', '24h', '7d'];
/** Readable on both grounds; a line keeps its place in the list. */
const colours = ['#3b82f6', '#d9480f', '#2a9d5c', '#b7791f', '#9061c2', '#0f9aa8', '#c2417c'];
const plots = new Map();
let range = ranges[0];

/** The buttons of the time ranges; `changed` is called with each choice. */
export function offerRanges(texts, changed) {
  const group = byId('ranges');
  group.setAttribute('aria-label', texts.range);
  if (group.childElementCount > 0) return;
  for (const name of ranges) {
    const choice = element('button', '', name);
    choice.type = 'button';
    choice.setAttribute('aria-pressed', String(name === range));
    choice.addEventListener('click', () => {
      range = name;
      for (const one of group.children) one.setAttribute('aria-pressed', String(one === choice));
      changed();
    });
    group.append(choice);
  }
}

export const chosenRange = () => range;

export function showCharts(reply, texts) {
  for (const chart of reply.charts) frame(chart);
  for (const chart of reply.charts) draw(chart, reply, texts);
}

/** All frames come first: a plot takes the width that its frame has beside the others. */
function frame({ key }) {
  if (byId(`chart-${key}`)) return;
  const figure = element(
    'figure',
    '',
    element('figcaption'),
    element('p', 'detail'),
    element('div'),
    element('details'),
  );
  figure.id = `chart-${key}`;
  byId('charts').append(figure);
}

function draw(chart, { from, to }, texts) {
  const [caption, hint, place, table] = byId(`chart-${chart.key}`).children;
  caption.textContent = chart.title;
  hint.textContent = chart.description;
  place.setAttribute('role', 'img');
  place.setAttribute('aria-label', `${chart.title}: ${spoken(chart, texts)}`);
  showTable(table, chart, texts);
  const shape = `${range}|${chart.lines.map(({ legend }) => legend).join('|')}`;
  const known = plots.get(chart.key);
  if (known?.shape === shape && chart.lines.length > 0) {
    known.times = { from, to };
    known.plot.setData(columns(chart.lines));
    return;
  }
  known?.plot.destroy();
  plots.delete(chart.key);
  place.replaceChildren();
  place.className = chart.lines.length > 0 ? '' : 'empty';
  if (chart.lines.length === 0) {
    place.textContent = texts.noData;
    return;
  }
  const entry = { shape, times: { from, to } };
  entry.plot = new uPlot(options(chart, place, entry, texts), columns(chart.lines), place);
  plots.set(chart.key, entry);
}

const latestOf = ({ points }) => points.at(-1)?.[1];

const spoken = ({ lines, unit }, texts) =>
  lines.map((line) => `${line.legend} ${format(unit, latestOf(line))}`).join(', ') || texts.noData;

/** The text alternative of a chart: each line with its latest, lowest and highest value. */
function showTable(details, { key, title, unit, lines }, texts) {
  const head = [texts.line, texts.latest, texts.least, texts.most].map((word) => {
    const cell = element('th', '', word);
    cell.scope = 'col';
    return cell;
  });
  const rows = lines.map((line) => {
    const values = line.points.map(([, value]) => value);
    const cells = [latestOf(line), Math.min(...values), Math.max(...values)].map((value) => format(unit, value));
    const name = element('th', '', line.legend);
    name.scope = 'row';
    return element('tr', '', name, ...cells.map((text) => element('td', '', text)));
  });
  const summary = details.firstElementChild ?? element('summary', '');
  summary.textContent = texts.asTable;
  summary.setAttribute('aria-label', `${texts.asTable}: ${title}`);
  details.hidden = lines.length === 0;
  details.dataset.key = key;
  const body = element('tbody', '', ...rows);
  const table = element('table', '', element('thead', '', element('tr', '', ...head)), body);
  if (details.firstElementChild) details.replaceChildren(summary, table);
  else details.append(summary, table);
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

/** Areas between the edges of what is usual; uPlot's first series are the times. */
function bandsOf(lines) {
  const edge = (name) => (line) => line.band?.edge === name;
  return lines.filter(edge('high')).flatMap((high) => {
    const low = lines.findIndex((line) => edge('low')(line) && line.band.key === high.band.key);
    return low < 0 ? [] : [{ series: [lines.indexOf(high) + 1, low + 1], fill: 'rgb(128 128 128 / 18%)' }];
  });
}

/** A GPU's id fills a legend; its beginning tells the cards of one machine apart. */
const shortened = (legend) => legend.replace(/\bGPU-([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/, 'GPU-$1');

function options(chart, place, entry, texts) {
  const ink = getComputedStyle(document.body).color;
  const axis = { stroke: ink, grid: { stroke: 'rgb(128 128 128 / 20%)' } };
  return {
    width: place.clientWidth || 300,
    height: chartHeight,
    scales: {
      x: { range: () => [entry.times.from, entry.times.to] },
      y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.1 : 1] },
    },
    axes: [
      { ...axis, space: 70, values: (_, ticks) => ticks.map((tick) => when(tick * 1000)) },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => format(chart.unit, tick)) },
    ],
    bands: bandsOf(chart.lines),
    series: [
      { label: texts.time, value: (_, value) => (value === null ? '–' : when(value * 1000)) },
      ...chart.lines.map((line, index) => ({
        label: shortened(line.legend),
        stroke: colours[index % colours.length],
        width: 2,
        dash: line.band ? [6, 4] : undefined,
        value: (_, value) => format(chart.unit, value),
      })),
    ],
  };
}

const repaint = () => {
  const ink = getComputedStyle(document.body).color;
  for (const { plot } of plots.values()) {
    for (const axis of plot.axes) axis.stroke = () => ink;
    plot.setSize({ width: plot.root.parentElement.clientWidth, height: chartHeight });
  }
};
addEventListener('resize', repaint);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);
