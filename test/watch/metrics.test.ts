import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { watchMetrics } from '../../src/catalogue/index.ts';
import { eventually, freePort, temporaryFolder } from '../support/ops.ts';
import { watchRig } from './running.ts';

/** A certificate of its own, valid for 90 days. */
function certificateFile(): string {
  const folder = temporaryFolder('ops-certificate');
  const [key, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-days', '90', '-subj', '/CN=example.org', '-keyout', key, '-out', file];
  execFileSync('openssl', [...request, ...subject], { stdio: 'ignore' });
  return file;
}

/** Stands in for the chat UI and the gateway: healthy and ready, with one series of the gateway's own. */
async function healthyServer(): Promise<number> {
  const server = createServer((request, response) => {
    const metrics = '# TYPE llm_gateway_queue_depth gauge\nllm_gateway_queue_depth 0\nprocess_start_time_seconds 1\n';
    response.end(request.url === '/metrics' ? metrics : 'ok');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : expect.fail('no port');
}

const scrape = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();

const seriesIn = (text: string): Set<string> =>
  new Set([...text.matchAll(/^([a-z]\w*)/gm)].map(([, name]) => name ?? ''));

/**
 * What only some machines have: Nginx, certbot, a journal, a second source of a certificate, cards that tell more, an
 * Ollama that is up. The tests of the checks measure these.
 */
const notEverywhere = new RegExp(
  [
    '^ops_(?:nginx|ollama|certbot|oom|latency|http_phase|abnormal|requests_yesterday)',
    '^ops_gpu_(?:ecc|mig|process|temperature_margin|xid)',
    '^ops_(?:host_clock|host_folder|tls_cert_file_matches|port_exposed)',
  ].join('|'),
);

test('/metrics has every metric of the catalogue with a series, and no other', async () => {
  const port = await healthyServer();
  const { url, start } = await watchRig({
    mailPort: await freePort(),
    gatewayPort: port,
    checks: {
      'ui-health': { every: '1s', url: `http://127.0.0.1:${port}/health` },
      certificate: { files: [certificateFile()], hosts: [] },
    },
  });
  await start();
  const names = watchMetrics.map(({ name }) => name).sort();
  const missing = async () => {
    const series = seriesIn(await scrape(url));
    return names.filter((name) => !series.has(name) && !notEverywhere.test(name));
  };
  await eventually('a series of every metric', async () => (await missing()).length === 0).catch(async () =>
    expect(await missing()).toEqual([]),
  );
  const text = await scrape(url);
  expect([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name).sort()).toEqual(names);
  expect([...seriesIn(text)].filter((name) => !names.includes(name))).toEqual([]);
  expect(text).toContain('ops_http_up{check="ui-health"} 1');
  expect(text).toContain('ops_http_up{check="gateway"} 1');
  expect(text).toContain('ops_gpus_visible 1');
  for (const check of ['gpu', 'certificate', 'gateway', 'ui-health']) {
    expect(text).toContain(`ops_check_success{check="${check}"} 1`);
  }
});

test('a series that is no longer measured disappears instead of standing still', async () => {
  const { url, start, gpu } = await watchRig({ mailPort: await freePort() });
  await start();
  await eventually('the GPU', async () => (await scrape(url)).includes('ops_gpus_visible 1'));
  await gpu.set([{}], 'driver-mismatch');
  const text = await eventually('the failure', async () => {
    const now = await scrape(url);
    return now.includes('ops_check_success{check="gpu"} 0') ? now : undefined;
  });
  // What the kernel log says of GPUs is measured still.
  expect([...seriesIn(text)].filter((name) => /^ops_gpu(?!_xid)/.test(name))).toEqual([]);
});
