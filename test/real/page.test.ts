import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createGpuSimulator } from '../../src/demo/gpu-simulator.ts';
import { type MailCatcher, startMailCatcher } from '../../src/demo/mail-catcher.ts';
import {
  answering,
  eventually,
  freePort,
  type RunningProgram,
  repository,
  startOps,
  temporaryFolder,
} from '../support/ops.ts';
import { localTime } from '../triage/world.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';

const executablePath = findProgram('chromium');
/** Screenshots stay here, for whoever wants to look at them. */
const pictures = join(repository, 'test-results/page');

const focused = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent";

realPart('Chromium', executablePath !== undefined)('the ops page in a real browser', () => {
  let watch: RunningProgram;
  let browser: Browser;
  let url: string;
  let mail: MailCatcher;
  /** What nobody expects: an error of the browser, the end of watch. */
  const complaints: string[] = [];

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const folder = temporaryFolder('gpu');
    const gpu = await createGpuSimulator(folder);
    await gpu.set([{ memoryUsed: 23_593 }]);
    const nginxError = join(folder, 'error.log');
    writeFileSync(nginxError, `${localTime()} [alert] 1#1: *1 4 worker_connections are not enough\n`);
    mail = await startMailCatcher();
    const smtp = { host: '127.0.0.1', port: mail.port };
    watch = startOps('watch', {
      watch: {
        state_dir: temporaryFolder('page'),
        checks: {
          gpu: { every: '1s', command: gpu.command },
          gateway: { every: '1s' },
          'ui-health': { every: '1s', url: 'http://127.0.0.1:1/health' },
        },
      },
      alerts: {
        evaluate_every: '1s',
        group_wait: '1s',
        rules: { UiDown: { for: '1s' }, GpuMemoryHigh: { for: '1s' } },
      },
      notify: { email: { from: 'ops@example.org', to: ['oncall@example.org'], smtp } },
      triage: { nvidia_smi: gpu.command, logs: { 'nginx-error': nginxError } },
      page: { listen: `127.0.0.1:${port}` },
    });
    watch.process.once('exit', (code, signal) => {
      complaints.push(`watch ended with ${code ?? signal}: ${watch.output().slice(-2000)}`);
    });
    await answering(`${url}/health`, watch);
    await eventually('mailed incidents', async () => /"accepted"/.test(await (await fetch(`${url}/api/state`)).text()));
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
    });
  }, 60_000);

  afterEach(() => {
    expect(complaints.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
    await watch?.stop();
    await mail?.close();
  });

  async function open(options: BrowserContextOptions = {}, hash = ''): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', ...options });
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${url}/${hash}`);
    await page.waitForSelector('html[data-ready]');
    return page;
  }

  async function expectAccessible(page: Page) {
    // As text: the page's policy forbids eval, and the debugger is not bound by it.
    await page.evaluate(axe.source);
    expect(await page.evaluate('axe.run().then(({ violations }) => violations)')).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  }

  const looks: Record<string, BrowserContextOptions> = {
    light: { colorScheme: 'light' },
    dark: { colorScheme: 'dark' },
    phone: { colorScheme: 'light', viewport: { width: 360, height: 780 } },
    chinese: { colorScheme: 'dark', locale: 'zh-CN' },
  };

  test.each(Object.entries(looks))(
    '%s: no axe violation, nothing wider than the screen',
    async (name, options) => {
      const page = await open(options);
      await page.waitForSelector('#chart-gpu-memory canvas', { timeout: 45_000 });
      await page.waitForFunction("document.querySelectorAll('#path .log li').length > 0", null, {
        timeout: 20_000,
      });
      await page.screenshot({ path: join(pictures, `${name}-first.png`) });
      for (const summary of await page.locator('details > summary:visible').all()) await summary.click();
      await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
      await expectAccessible(page);
      await page.close();
    },
    90_000,
  );

  test('says first what is wrong, since when, and which box has it', async () => {
    const page = await open();
    expect(await page.textContent('#verdict')).toMatch(
      /(Chat is stuck|Needs attention): .* · since \d\d:\d\d · OPS-\d+/,
    );
    expect(await page.locator('#path > li').count()).toBe(5);
    await expect.poll(() => page.textContent('#path > li:nth-child(5)')).toMatch(/GPU.*fault/);
    expect(await page.textContent('#incidents')).toContain('UiDown');
    expect(await page.textContent('#incidents')).toContain('oncall@example.org · accepted');
    expect(await page.textContent('#schedule')).toMatch(/gpuok/);
    await page.close();
  });

  test.each([
    ['en-GB', 'Nginx has no free connections', 'box 1 is the nearest', 'no box of its own'],
    ['zh-CN', 'Nginx 连接数用尽', '归入最接近的第 1 步', '归入最接近的这一步'],
  ])('%s: says which box is nearest to a fault that has none', async (locale, title, nearest, here) => {
    const page = await open({ locale });
    await expect.poll(() => page.textContent('#cause')).toContain(title);
    expect(await page.textContent('#cause')).toContain(nearest);
    expect(await page.textContent('#path > li:nth-child(1)')).toContain(here);
    await page.close();
  });

  test('has every chart in words', async () => {
    const page = await open();
    expect(await page.locator('figure').count()).toBe(7);
    await expect
      .poll(() => page.getAttribute('#chart-gpu-memory [role=img]', 'aria-label'), { timeout: 45_000 })
      .toMatch(/GPU memory: .*\d+ %/);
    await page.click('#chart-gpu-memory summary');
    expect(await page.locator('#chart-gpu-memory details tbody tr').count()).toBe(1);
    await page.getByRole('button', { name: '7d' }).click();
    await expect.poll(() => page.getByRole('button', { name: '7d' }).getAttribute('aria-pressed')).toBe('true');
    await page.close();
  }, 60_000);

  test('a link of a mail opens its incident', async () => {
    const page = await open({}, '#incident-1');
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('incident-1');
    expect(await page.locator('#incident-1 details').getAttribute('open')).not.toBeNull();
    await page.close();
  });

  test('is worked by keyboard alone: an incident is acknowledged, silenced, and the silence ended', async () => {
    const page = await open();
    const press = async (name: RegExp) => {
      for (let presses = 0; presses < 80; presses++) {
        await page.keyboard.press('Tab');
        const label = await page.evaluate(focused);
        if (name.test(String(label))) return page.keyboard.press('Enter');
      }
      throw new Error(`${name} was not reached`);
    };
    await press(/^Skip/);
    await press(/^Acknowledge: OPS-\d+ UiDown/);
    await expect.poll(() => page.textContent('#incidents')).toContain('acknowledged');
    await page.focus('#incidents-heading');
    await press(/^Silence 2 h: OPS-\d+ UiDown/);
    await expect.poll(() => page.textContent('#silences')).toContain('rule=UiDown');
    await expectAccessible(page);
    await page.focus('#incidents-heading');
    await press(/^End silence/);
    await expect.poll(() => page.textContent('#silences')).not.toContain('rule=UiDown');
    await page.close();
  }, 60_000);

  test('asks for its token where one is set, without axe violation in any look, and shows nothing before', async () => {
    const token = join(temporaryFolder('token'), 'token');
    writeFileSync(token, 'correct horse battery');
    const listen = `127.0.0.1:${await freePort()}`;
    const guarded = startOps('watch', {
      watch: { state_dir: temporaryFolder('page') },
      page: { listen, token_file: token },
    });
    onTestFinished(async () => void (await guarded.stop()));
    await answering(`http://${listen}/health`, guarded);
    const page = await browser.newPage();
    await page.goto(`http://${listen}/`);
    await page.waitForSelector('#login:not([hidden])');
    expect(await page.isVisible('#overview')).toBe(false);
    await page.fill('#token', 'wrong');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.textContent('#notice')).toContain('not the token');
    for (const [name, { colorScheme = null, viewport = null }] of Object.entries(looks)) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport ?? { width: 1280, height: 900 });
      await page.screenshot({ path: join(pictures, `${name}-login.png`) });
      await expectAccessible(page);
    }
    await page.fill('#token', 'correct horse battery');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#path > li');
    expect(await page.isVisible('#login')).toBe(false);
    // Nobody is mailed, nothing is on record.
    await expectAccessible(page);
    await page.close();
  }, 30_000);

  test('follows watch without being loaded again, and says when watch is gone', async () => {
    const page = await open();
    await watch.stop();
    await expect.poll(() => page.textContent('#notice'), { timeout: 15_000 }).toContain('watch does not answer');
    await expectAccessible(page);
    complaints.length = 0;
    await page.close();
  }, 30_000);
});
