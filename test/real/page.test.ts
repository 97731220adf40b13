import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGpuSimulator } from '../../src/demo/gpu-simulator.ts';
import { answering, freePort, type RunningProgram, startOps, temporaryFolder } from '../support/ops.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';

const executablePath = findProgram('chromium');

realPart('Chromium', executablePath !== undefined)('the ops page in a real browser', () => {
  let watch: RunningProgram;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    const port = await freePort();
    const gpu = await createGpuSimulator(temporaryFolder('gpu'));
    watch = startOps('watch', {
      watch: {
        state_dir: temporaryFolder('page'),
        checks: {
          gpu: { every: '1s', command: gpu.command },
          gateway: { every: '1s' },
          'ui-health': { every: '1s', url: 'http://127.0.0.1:1/health' },
        },
      },
      alerts: { evaluate_every: '1s', rules: { UiDown: { for: '1s' } } },
      page: { listen: `127.0.0.1:${port}` },
    });
    await answering(`http://127.0.0.1:${port}/health`, watch);
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
    });
    page = await browser.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector('html[data-ready]');
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await watch?.stop();
  });

  test('says that nobody is mailed while no mail address is configured', async () => {
    expect(await page.textContent('#notice')).toContain('NOBODY IS MAILED');
  });

  test('shows what is up and what is not', async () => {
    await expect.poll(() => page.textContent('#parts'), { timeout: 15_000 }).toMatch(/gpuup/);
    await expect.poll(() => page.textContent('#parts')).toMatch(/Clawdbotdown/);
  });

  test('shows the alert that fires, its incident, and the verdict', async () => {
    await expect.poll(() => page.textContent('#alerts'), { timeout: 20_000 }).toMatch(/UiDownfiring/);
    await expect.poll(() => page.textContent('#incidents'), { timeout: 10_000 }).toMatch(/OPS-\d+ UiDown/);
    await expect.poll(() => page.getAttribute('#verdict', 'class')).toBe('bad');
  });

  test('draws two charts, one of them with the GPU', async () => {
    expect(await page.locator('figure').count()).toBe(2);
    await expect.poll(() => page.locator('#chart-gpu-memory canvas').count(), { timeout: 45_000 }).toBe(1);
    expect(await page.getAttribute('#chart-gpu-memory [role=img]', 'aria-label')).toMatch(/GPU memory: .*%/);
  }, 60_000);

  test('reports no error and loads nothing from elsewhere', () => {
    expect(complaints).toEqual([]);
  });
});
