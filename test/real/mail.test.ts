import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeIncident, openIncident } from '../../src/incident.ts';
import { renderMessage } from '../../src/notify/message.ts';
import { noticeOf } from '../../src/notify/notice.ts';
import { entryOf, start } from '../notify/support/entry.ts';
import { temporaryFolder } from '../support/ops.ts';
import { ruleOf } from '../watch/support.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';

const executablePath = findProgram('chromium');
const folder = process.env['OPS_PICTURES'] ?? temporaryFolder('mail');
const said = (en: string, zh: string) => ({ en, zh });

/** A critical mail with everything in it, long words too, and the mail of its end. */
function mails(language: 'en' | 'zh'): Record<string, string> {
  const rule = ruleOf({ severity: 'critical' });
  const labels = { uuid: 'GPU-6f3a2b1c-0d4e-4f5a-9b8c-7d6e5f4a3b2c' };
  const incident = { ...openIncident({ rule, labels, value: 90 }, start), id: 12 };
  const decidedBy = Array.from({ length: 20 }, (_, index) => ({
    at: start - (19 - index) * 15_000,
    value: 70 + index + (index % 3),
  }));
  const context = {
    ...{ language, timezone: 'Asia/Shanghai', pageUrl: undefined, pageAddress: '127.0.0.1:9465', host: 'box' },
    now: start + 2000,
  };
  const diagnosis = {
    verdict: {
      ...{ cause: 'gpu-oom', step: 4 as const, title: said('The GPU ran out of memory', 'GPU 显存不足') },
      explanation: said('The model did not fit beside the others.', '模型与其他模型一起放不下。'),
      evidence: [{ source: '/var/log/ollama.log', line: 7, text: `CUDA error: out of memory ${'x'.repeat(200)}` }],
      ...{ fix: ['ollama stop qwen3:32b-instruct-q4_K_M-with-a-very-long-name'], confirm: [] },
    },
    ...{ also: [], steps: [], sources: [], took_ms: 1, window: { from: '', to: '' } },
  };
  const firing = noticeOf({ kind: 'firing', incident, at: start, decidedBy }, rule);
  const closed = { ...closeIncident(incident, start + 754_000), peak: 97 };
  const resolved = noticeOf({ kind: 'resolved', incident: closed, at: start + 754_000, decidedBy }, rule);
  return {
    firing: renderMessage(entryOf(), firing, diagnosis, context).html ?? '',
    resolved:
      renderMessage(entryOf({ kind: 'resolved' }), resolved, undefined, { ...context, now: start + 755_000 }).html ??
      '',
  };
}

realPart('Chromium', executablePath !== undefined)('a mail in a real browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
    });
  }, 60_000);
  afterAll(() => browser?.close());

  test.each([
    ['firing', 'en', 'light', 800],
    ['firing', 'zh', 'dark', 800],
    ['firing', 'en', 'dark', 360],
    ['resolved', 'en', 'light', 360],
  ] as const)('%s in %s, %s, %i pixels wide: it fits and can be read', async (name, language, colorScheme, width) => {
    const html = mails(language)[name] ?? '';
    expect(Buffer.byteLength(html)).toBeLessThan(20_000);
    const file = join(folder, `${name}-${language}-${colorScheme}-${width}.html`);
    writeFileSync(file, html);
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`file://${file}`);
    await page.screenshot({ path: file.replace('.html', '.png'), fullPage: true });
    const seen = await page.evaluate(`({
      width: document.documentElement.scrollWidth,
      ink: getComputedStyle(document.querySelector('b')).color,
      ground: getComputedStyle(document.body).backgroundColor,
      sparkline: document.querySelector('[role=img]').textContent,
    })`);
    await page.close();
    expect(seen).toEqual({
      width,
      ink: colorScheme === 'dark' ? 'rgb(255, 255, 255)' : 'rgb(0, 0, 0)',
      ground: 'rgba(0, 0, 0, 0)',
      sparkline: expect.stringMatching(/^[▁▂▃▄▅▆▇█]{20}$/),
    });
    expect(asked).toEqual([`file://${file}`]);
  });
});
