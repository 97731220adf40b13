import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  buildInfo,
  configReloadSuccessful,
  configReloadTime,
  cpu,
  eventLoopLag,
  residentMemory,
  startTime,
} from '../catalogue/process.ts';
import { version } from '../package.ts';
import type { Metrics } from './registry.ts';

/**
 * Keeps the process's own metrics up to date at each scrape. The event loop is woken every `resolutionMs` to see how late
 * it comes: what idles most of its life should not be woken 50 times a second for that.
 */
export function observeProcess(metrics: Metrics, resolutionMs: number): void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  metrics.set(startTime, {}, Date.now() / 1000 - process.uptime());
  metrics.set(buildInfo, { version }, 1);
  // Who comes this far has read its configuration.
  metrics.set(configReloadSuccessful, {}, 1);
  metrics.set(configReloadTime, {}, Date.now() / 1000);
  let counted = 0;
  metrics.beforeScrape(() => {
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / 1e6;
    metrics.add(cpu, {}, seconds - counted);
    counted = seconds;
    metrics.set(residentMemory, {}, process.memoryUsage.rss());
    metrics.set(eventLoopLag, {}, delay.percentile(99) / 1e9);
    delay.reset();
  });
}
