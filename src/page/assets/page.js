import { chosenRange, offerRanges, showCharts } from './charts.js';
import { byId, when } from './dom.js';
import { goToLink, listen, showIncidents } from './incidents.js';
import { showMachine, showPath, showVerdict } from './sections.js';

const chartsEveryMs = 15_000;
const retryMs = 5000;
let texts;
let stream;

function showState(state) {
  const first = texts === undefined;
  texts = state.texts;
  document.documentElement.lang = state.language === 'zh' ? 'zh-CN' : 'en';
  for (const place of document.querySelectorAll('[data-text]')) place.textContent = texts[place.dataset.text];
  showLogin(false);
  showVerdict(state);
  showPath(state);
  showIncidents(state);
  showMachine(state);
  showUpdated(Date.now());
  if (!first) return;
  offerRanges(texts, loadCharts);
  void loadCharts();
  goToLink();
}

function showUpdated(at) {
  byId('updated').textContent = `${texts.updated} ${when(at)}`;
}

async function loadCharts() {
  if (texts === undefined || document.hidden) return;
  const asked = chosenRange();
  const reply = await fetch(`/api/charts?range=${asked}`).catch(() => undefined);
  if (!reply?.ok || asked !== chosenRange()) return;
  showCharts(await reply.json(), texts);
  document.documentElement.dataset.ready = 'true';
}

function showLost() {
  byId('notice').hidden = false;
  byId('notice').textContent = texts?.lost ?? 'watch does not answer';
}

/** Follows the state. A stream that ends is opened again; one that is refused asks for the token. */
function follow() {
  stream?.close();
  stream = new EventSource('/api/stream');
  stream.addEventListener('state', ({ data }) => showState(JSON.parse(data)));
  stream.addEventListener('beat', ({ data }) => showUpdated(Number(data)));
  stream.addEventListener('error', async () => {
    const reply = await fetch('/api/session').catch(() => undefined);
    if (reply?.status === 401) askToken();
    else {
      showLost();
      if (stream.readyState === EventSource.CLOSED) setTimeout(follow, retryMs);
    }
  });
}

/** Either the login or the page, of which the skip link is a part. */
function showLogin(shown) {
  byId('login').hidden = !shown;
  byId('overview').hidden = shown;
  byId('skip').hidden = shown;
}

function askToken() {
  stream.close();
  byId('verdict').textContent = '';
  showLogin(true);
  byId('token').focus();
}

byId('login').addEventListener('submit', async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ token: byId('token').value });
  const reply = await fetch('/api/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  byId('token').value = '';
  byId('notice').hidden = reply.ok;
  byId('notice').textContent = reply.ok ? '' : 'This is not the token. / 令牌不正确。';
  if (reply.ok) follow();
});

document.documentElement.lang = navigator.language.startsWith('zh') ? 'zh-CN' : 'en';
listen();
follow();
setInterval(loadCharts, chartsEveryMs);
document.addEventListener('visibilitychange', loadCharts);
