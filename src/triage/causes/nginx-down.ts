import { isLog, type LogRecord } from '../../logs/record.ts';
import { type Cause, lines, says } from '../cause.ts';
import { stoppedUnit } from '../unit-state.ts';

/** What Nginx, systemd and callers say when it does not run. */
const notStarted = new RegExp(
  [
    String.raw`\[emerg\] |\bbind\(\) to \S{1,100} failed|still could not bind\(\)|open\(\) "\S{0,200}nginx\.pid" failed|invalid PID number`,
    String.raw`configuration file \S{1,200} test failed|pread\(\) "\S{1,200}\.conf" failed|exited with fatal code \d+ and cannot be respawned`,
    String.raw`(?:Job for )?nginx\.service(?: failed because|: Failed with result|: Control process exited, code=exited, status=[1-9])|Failed to start .{0,60}(?:\bnginx\b|high performance web server)`,
    String.raw`Bind for \S{1,60}:(?:80|443) failed|failed to bind host port for \S{1,60}:(?:80|443):|userland proxy: listen tcp[46]? \S{1,60}:(?:80|443): bind: `,
    // Another server in its place.
    String.raw`listen tcp[46]? \S{0,60}:(?:80|443): bind: |cannot bind socket .{0,60}\bfor \[\S{1,60}:(?:80|443)\]|make_sock: could not bind to address \S{1,60}:(?:80|443)\b`,
    String.raw`Failed to connect to \S{1,200} port (?:80|443)\b|ERR_CONNECTION_REFUSED|\bunable to connect to the server\b.{0,60}:443`,
  ].join('|'),
  'i',
);

/** What has a cause of its own: the disk, open files, connections; or what Nginx can do without. */
const ofAnother = /\((?:28|24|23): |worker_connections|, ignor|\bchallenge\b/;

const failedStart = lines(
  /\bnginx\S{0,30} exited with code [1-9]|nginx\.service: start operation timed out|Starting nginx: .{0,20}fail|Could not start Service\[nginx\]|NGINX process has stopped|nginx\S{0,40} isn.t running/i,
);

/** An Nginx that asks for answers runs. */
const asking = /\bwhile (?:connecting to|reading response header from) upstream|upstream timed out/;

/** What it says of a start that failed, where it does not go on to miss the answers of an upstream. */
function failedLast(records: readonly LogRecord[]): LogRecord[] {
  const served = records.findLastIndex((record) => says(record, asking));
  return records
    .slice(served + 1)
    .filter((record) => isLog(record.kind) && says(record, notStarted) && !says(record, ofAnother));
}

/** The end of its master process, where nothing is said of another beginning. */
function ended(records: readonly LogRecord[]): readonly LogRecord[] {
  const begun = records.findLastIndex((record) => says(record, /start worker process/));
  return lines(/signal (?:3|9|15) \(SIG\w{3,5}\) received.{0,40}, (?:exiting|shutting down)/)(records.slice(begun + 1));
}

export default {
  step: 1,
  weight: 'root',
  title: { en: 'Nginx is not running', zh: 'Nginx 未运行' },
  explanation: {
    en: 'Nothing listens on the web ports, or another program has them so that Nginx cannot start: no browser can connect.',
    zh: '网站端口无人监听,或被其他程序占用导致 Nginx 无法启动,浏览器无法连接。',
  },
  reads: ['sockets', 'nginx-probe', 'nginx-error'],
  match: (records) => [
    ...records.filter(
      (record) => !isLog(record.kind) && says(record, /nginx does not listen|connection refused|did not answer watch/i),
    ),
    ...failedLast(records),
    ...stoppedUnit(records, 'nginx'),
  ],
  hint: (records) => [...failedStart(records), ...ended(records)],
  beats: ['no-request-seen', 'request-lost'],
  fix: ['nginx -t && systemctl start nginx'],
  confirm: ['systemctl status nginx --no-pager', 'ss -ltn | grep -E ":(80|443) "'],
  example: { kind: 'sockets', text: 'nginx does not listen: nothing on port 80 or 443' },
} satisfies Cause;
