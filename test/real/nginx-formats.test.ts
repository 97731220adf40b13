import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileAccessFormat } from '../../src/logs/formats/access-format.ts';
import { parseLog } from '../../src/logs/formats/index.ts';
import { accessFormats } from '../../src/logs/formats/nginx-config.ts';
import { toLines } from '../../src/logs/lines.ts';
import { readNginxConfig } from '../../src/triage/evidence/nginx-config.ts';
import { eventually, freePort, startProgram, temporaryFolder } from '../support/ops.ts';
import { nginxMain } from './support/nginx.ts';
import { findProgram } from './support/programs.ts';
import { realPart } from './support/require.ts';

const nginx = findProgram('nginx');

/** Formats that sites use, by where they were seen. */
const formats = {
  // github.com/allinurl/goaccess/issues/637
  times_first: `'$request_time $upstream_response_time [$time_local] $request $status $body_bytes_sent "$host" "$http_referer" "$http_user_agent" "$gzip_ratio" $request_length $remote_addr $remote_user  $connection'`,
  // github.com/Onelinerhub/onelinerhub/issues/62
  prose: `'[$time_local] $remote_addr: ' '"$request" ($status) $body_bytes_sent bytes ' '$request_time s $upstream_response_time s'`,
  // github.com/allinurl/goaccess/issues/1747
  json_renamed: `escape=json '{"@timestamp":"$time_iso8601","remote_addr":"$remote_addr","size":"$body_bytes_sent",' '"http_status":"$status","request":"$request","uri":"$uri","responsetime":"$request_time",' '"http_user_agent":"$http_user_agent","upstreamstatus":"$upstream_status"}'`,
  // github.com/histovec/histovec-beta/pull/533
  json_nested: `'{ "nginx": { "remote_addr":"$remote_addr", "time_local":"$time_local", "request":"$request", "request_time":$request_time, "status":$status, "body_bytes_sent":$body_bytes_sent, "http_user_agent":"$http_user_agent" } }'`,
  // kubernetes/ingress-nginx, its default
  ingress: `'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [-] [] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $request_id'`,
  // ltsv.org
  ltsv: `'time:$time_local\\thost:$remote_addr\\treq:$request\\tstatus:$status\\tsize:$body_bytes_sent\\tua:$http_user_agent\\treqtime:$request_time'`,
};

const requests = [
  { method: 'GET', path: '/ok', status: 200 },
  { method: 'POST', path: '/v1/chat/completions', status: 504 },
  { method: 'GET', path: '/v1/models?limit=404', status: 401 },
  { method: 'GET', path: '/missing', status: 404 },
] as const;

realPart('nginx', nginx !== undefined)('access logs in formats of their own', () => {
  const folder = temporaryFolder('nginx-formats');
  const main = join(folder, 'nginx.conf');
  const log = (name: string) => join(folder, `${name}.log`);
  let stop: () => unknown;

  beforeAll(async () => {
    const port = await freePort();
    mkdirSync(join(folder, 'conf.d'));
    const declared = Object.entries(formats).map(([name, format]) => `log_format ${name} ${format};`);
    const written = Object.keys(formats).map((name) => `access_log ${log(name)} ${name};`);
    writeFileSync(join(folder, 'conf.d', 'formats.conf'), declared.join('\n'));
    const answers = requests.map(({ path, status }) => `location = ${path.split('?')[0]} { return ${status} "x"; }`);
    const server = ['server {', `listen 127.0.0.1:${port};`, ...written, ...answers, '}'];
    writeFileSync(main, nginxMain(folder, ['include conf.d/*.conf;', ...server].join('\n')));
    const program = startProgram(nginx ?? 'nginx', ['-p', folder, '-c', main, '-g', 'daemon off;']);
    stop = () => program.stop();
    for (const { method, path } of requests) {
      const ask = () =>
        request(`http://127.0.0.1:${port}${path}`, { method, headers: { 'user-agent': 'Tests/1.0 "x"' } });
      const { body } = await eventually('nginx', () => ask().catch(() => undefined));
      await body.dump();
    }
    await eventually('the last line', () => readFileSync(log('ltsv'), 'utf8').split('\n').length > requests.length);
  });

  afterAll(() => stop());

  const expected = requests.map(({ method, path, status }) => expect.objectContaining({ method, path, status }));

  test.each(Object.keys(formats))('%s is read as the configuration writes it', async (name) => {
    const format = accessFormats(await readNginxConfig(main, 1000)).get(log(name)) ?? '';
    const records = parseLog(
      'nginx-access',
      toLines(readFileSync(log(name), 'utf8')),
      'x',
      compileAccessFormat(format),
    );
    expect(records.map(({ access }) => access)).toEqual(expected);
    expect(records.map(({ access }) => access?.seconds)).toEqual(requests.map(() => expect.any(Number)));
    expect(records.map(({ access }) => access?.client)).toEqual(requests.map(() => '127.0.0.1'));
  });

  test.each(Object.keys(formats))('%s is learned from its lines where no configuration can be read', (name) => {
    const records = parseLog('nginx-access', toLines(readFileSync(log(name), 'utf8')), 'x');
    expect(records.map(({ access }) => access)).toEqual(expected);
  });
});
