import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import nginx from '../../src/checks/nginx.ts';
import { findProgram } from '../real/support/programs.ts';
import { realPart } from '../real/support/require.ts';
import { answering, freePort, startProgram, temporaryFolder } from '../support/ops.ts';
import { runCheck, serve, valuesOf } from './support/context.ts';

const program = findProgram('nginx');

function configure(port: number, more = ''): { folder: string; file: string } {
  const folder = temporaryFolder('nginx');
  mkdirSync(join(folder, 'logs'));
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  const file = join(folder, 'nginx.conf');
  const server = `server { listen 127.0.0.1:${port}; location = /nginx_status { stub_status; } ${more} }`;
  const global = `pid ${folder}/pid; error_log ${folder}/logs/error.log; events {}`;
  writeFileSync(file, `${global} http { access_log off; ${paths} ${server} }`);
  return { folder, file };
}

realPart('nginx', program !== undefined)('a real Nginx', () => {
  const command = program ?? 'nginx';

  test('is measured by its own counters, its port and its test', async () => {
    const port = await freePort();
    const { folder, file } = configure(port);
    const running = startProgram(command, ['-p', folder, '-c', file, '-g', 'daemon off;']);
    onTestFinished(async () => void (await running.stop()));
    const status_url = `http://127.0.0.1:${port}/nginx_status`;
    await answering(status_url, running);
    const silent = await freePort();
    const samples = await runCheck(nginx, { command, config: file, status_url, ports: [port, silent] });
    expect(valuesOf(samples, 'ops_nginx_config_valid')).toEqual([1]);
    expect(valuesOf(samples, 'ops_nginx_listening', { port: String(port) })).toEqual([1]);
    expect(valuesOf(samples, 'ops_nginx_listening', { port: String(silent) })).toEqual([0]);
    expect(valuesOf(samples, 'ops_nginx_connections', { state: 'writing' })).toEqual([1]);
    expect(valuesOf(samples, 'ops_nginx_connections_dropped_total')).toEqual([0]);
    expect(valuesOf(samples, 'ops_nginx_requests_total')[0]).toBeGreaterThanOrEqual(2);
  });

  test('a configuration that it refuses is a measurement', async () => {
    const { file } = configure(await freePort(), 'no_such_directive on;');
    expect(valuesOf(await runCheck(nginx, { command, config: file }), 'ops_nginx_config_valid')).toEqual([0]);
  });

  test('a page that is not of stub_status fails the check', async () => {
    const { file } = configure(await freePort());
    const status_url = `${await serve((_, response) => void response.end('<html>1 2 3 4 5 6 7</html>'))}/nginx_status`;
    await expect(runCheck(nginx, { command, config: file, status_url })).rejects.toThrow('not the page of stub_status');
  });
});

test('without Nginx there is nothing to check', async () => {
  expect(await runCheck(nginx, { command: join(temporaryFolder('none'), 'nginx') })).toEqual([]);
});

test('what this user may not read is not invalid', async () => {
  const command = join(temporaryFolder('nginx'), 'nginx');
  const text = 'nginx: [emerg] cannot load certificate key "/etc/x.pem": BIO_new_file() failed (Permission denied)';
  writeFileSync(command, `#!/bin/sh\necho '${text}' >&2\nexit 1\n`, { mode: 0o755 });
  const samples = await runCheck(nginx, { command });
  expect(valuesOf(samples, 'ops_nginx_config_valid')).toEqual([]);
  expect(samples.length).toBeGreaterThan(0);
});
