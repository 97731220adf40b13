import { type Message, naming } from './message.ts';

const error = (message: string) =>
  `2026/07/08 09:10:11 [error] 31#31: *4411 ${message}, client: 198.51.100.9, server: ai.example.org, request: "POST /v1/chat/completions HTTP/1.1", upstream: "http://10.0.0.4:18789/v1/chat/completions", host: "ai.example.org"`;
const crit = (message: string) => error(message).replace('[error]', '[crit]');
const alert = (message: string) => `2026/07/08 09:10:11 [alert] 31#31: ${message}`;
const emerg = (message: string) => `nginx: [emerg] ${message}`;
const tag = (message: string) => `2026/07/08 09:10:11 [emerg] 1#1: ${message}`;

/** What Nginx says at its start and of its limits, and what issues certificates. */
export const webMessages: readonly Message[] = [
  ...naming(
    'nginx-down',
    'Error response from daemon: driver failed programming external connectivity on endpoint web (7ab4): Bind for 0.0.0.0:443 failed: port is already allocated',
    'Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint web (7ab4): failed to bind host port for 0.0.0.0:80:172.18.0.2:80/tcp: address already in use',
    'Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use',
    emerg('bind() to 0.0.0.0:80 failed (98: Address already in use)\nnginx: [emerg] still could not bind()'),
    emerg('bind() to [::]:443 failed (98: Address in use)'),
    emerg('bind() to 0.0.0.0:443 failed (13: Permission denied)'),
    emerg('bind() to 10.0.0.8:443 failed (99: Cannot assign requested address)'),
    emerg('unknown directive "proxy_pas" in /etc/nginx/conf.d/chat.conf:14'),
    emerg('invalid number of arguments in "proxy_read_timeout" directive in /etc/nginx/conf.d/chat.conf:9'),
    emerg('unexpected end of file, expecting ";" or "}" in /etc/nginx/nginx.conf:62'),
    emerg('unexpected "}" in /etc/nginx/conf.d/chat.conf:21'),
    emerg('directive "server_name" is not terminated by ";" in /etc/nginx/conf.d/chat.conf:4'),
    emerg('"server" directive is not allowed here in /etc/nginx/conf.d/chat.conf:1'),
    emerg('"proxy_buffering" directive is duplicate in /etc/nginx/conf.d/chat.conf:12'),
    emerg('duplicate upstream "gateway" in /etc/nginx/conf.d/b.conf:1'),
    emerg('a duplicate default server for 0.0.0.0:443 in /etc/nginx/sites-enabled/b:2'),
    emerg('duplicate location "/v1/" in /etc/nginx/conf.d/chat.conf:33'),
    emerg('open() "/etc/nginx/conf.d/limits.conf" failed (2: No such file or directory) in /etc/nginx/nginx.conf:31'),
    emerg('open() "/var/log/nginx/access.log" failed (13: Permission denied)'),
    emerg('mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)'),
    emerg(
      'module "/usr/lib/nginx/modules/ngx_http_brotli.so" version 1022001 instead of 1024000 in /etc/nginx/nginx.conf:2',
    ),
    emerg(
      'dlopen() "/usr/lib/nginx/modules/ngx_http_geoip2_module.so" failed (cannot open shared object file: No such file or directory) in /etc/nginx/nginx.conf:1',
    ),
    emerg('getpwnam("www-data") failed in /etc/nginx/nginx.conf:1'),
    emerg('could not build server_names_hash, you should increase server_names_hash_bucket_size: 32'),
    emerg('zero size shared memory zone "chat"'),
    emerg('unknown "connection_upgrade" variable'),
    emerg('invalid port in upstream "gateway:1878x" in /etc/nginx/conf.d/chat.conf:5'),
    emerg('unknown log format "json" in /etc/nginx/nginx.conf:40'),
    emerg('the "ssl" parameter requires ngx_http_ssl_module in /etc/nginx/conf.d/chat.conf:3'),
    emerg('"location" directive is not allowed here in /etc/nginx/nginx.conf:7'),
    emerg('pread() "/etc/nginx/conf.d" failed (21: Is a directory)'),
    emerg('no "events" section in configuration'),
    tag('bind() to unix:/run/nginx.sock failed (98: Address already in use)'),
    tag(
      'invalid value "of" in "proxy_buffering" directive, it must be "on" or "off" in /etc/nginx/conf.d/chat.conf:10',
    ),
    'systemd[1]: nginx.service: Control process exited, code=exited, status=1/FAILURE\nsystemd[1]: Failed to start A high performance web server and a reverse proxy server.',
    'nginx.service - A high performance web server and a reverse proxy server\n     Active: failed (Result: exit-code) since Wed 2026-07-08 09:10:11 UTC; 3min ago',
    'Job for nginx.service failed because the control process exited with error code.\nSee "systemctl status nginx.service" and "journalctl -xe" for details.',
    'nginx: [error] open() "/run/nginx.pid" failed (2: No such file or directory)',
    'nginx: [error] invalid PID number "" in "/run/nginx.pid"',
    alert('worker process 812 exited with fatal code 2 and cannot be respawned'),
    'curl: (7) Failed to connect to ai.example.org port 443 after 21 ms: Connection refused',
    'ERR_CONNECTION_REFUSED\nThis site can’t be reached\nai.example.org refused to connect.',
  ),
  ...naming(
    'upstream-dns',
    emerg('host not found in upstream "qwen-gateway" in /etc/nginx/conf.d/default.conf:8'),
    emerg('host not found in upstream "ollama:11434" in /etc/nginx/conf.d/ollama.conf:3'),
    error('ollama could not be resolved (3: Host not found)'),
    error('gateway.svc.cluster.local could not be resolved (2: Server failure)'),
    error('no resolver defined to resolve gateway'),
    '2026/07/08 09:10:11 [error] 31#31: send() failed (111: Connection refused) while resolving, resolver: 127.0.0.11:53',
    '2026/07/08 09:10:11 [error] 31#31: recv() failed (111: Connection refused) while resolving, resolver: 10.96.0.10:53',
    emerg('invalid host in resolver "kube-dns" in /etc/nginx/nginx.conf:14').replace(
      'invalid host in resolver',
      'host not found in resolver',
    ),
  ),
  ...naming(
    'upstream-refused',
    crit('connect() to unix:/run/gateway.sock failed (2: No such file or directory) while connecting to upstream'),
    error('connect() to unix:/run/gateway.sock failed (111: Connection refused) while connecting to upstream'),
    error('connect() failed (111: Connection refused) while connecting to upstream'),
    error('kevent() reported that connect() failed (61: Connection refused) while connecting to upstream'),
    error(
      'connect() failed (10061: No connection could be made because the target machine actively refused it) while connecting to upstream',
    ),
    error(
      'connect() to unix:/run/gateway.sock failed (11: Resource temporarily unavailable) while connecting to upstream',
    ),
  ),
  ...naming(
    'upstream-unreachable',
    crit('connect() to 10.0.0.4:18789 failed (13: Permission denied) while connecting to upstream'),
    crit('connect() to unix:/run/gateway.sock failed (13: Permission denied) while connecting to upstream'),
    error('connect() failed (113: Host is unreachable) while connecting to upstream'),
    crit('connect() to [2001:db8::7]:18789 failed (101: Network unreachable) while connecting to upstream'),
    error('upstream timed out (110: Operation timed out) while connecting to upstream'),
    error(
      'upstream timed out (10060: A connection attempt failed because the connected party did not properly respond after a period of time) while connecting to upstream',
    ),
  ),
  ...naming(
    'upstream-timeout',
    error('upstream timed out (110: Connection timed out) while reading response header from upstream'),
    error('upstream timed out (110: Connection timed out) while sending request to upstream'),
    error('upstream timed out (60: Operation timed out) while reading upstream'),
    error('upstream timed out (10060: A connection attempt failed) while reading response header from upstream'),
  ),
  ...naming(
    'upstream-closed',
    error('upstream prematurely closed connection while reading upstream'),
    error('recv() failed (104: Connection reset by peer) while reading upstream'),
    error('upstream sent no valid HTTP/1.0 header while reading response header from upstream'),
    error('upstream sent invalid chunked response while reading upstream'),
    error('upstream closed connection unexpectedly while reading response header from upstream').replace(
      'closed connection unexpectedly',
      'prematurely closed connection',
    ),
    error('upstream sent invalid status line: "x" while reading response header from upstream'),
    error('sendfile() failed (32: Broken pipe) while sending request to upstream'),
    error('recv() failed (54: Connection reset by peer) while reading response header from upstream'),
    error('upstream sent more data than specified in "Content-Length" header while reading upstream'),
    error('upstream sent response with both "Transfer-Encoding" and "Content-Length" headers, ignoring').replace(
      ', ignoring',
      ' while reading response header from upstream',
    ),
  ),
  ...naming(
    'nginx-proxy-loop',
    error('rewrite or internal redirection cycle while processing "/v1/chat/completions"'),
    error('rewrite or internal redirection cycle while internally redirecting to "/index.html"'),
    error('too many redirects').replace(
      'too many redirects',
      'rewrite or internal redirection cycle while redirect to named location "@gateway"',
    ),
  ),
  ...naming(
    'nginx-worker-limit',
    alert('*99 768 worker_connections are not enough, reusing connections'),
    alert('512 worker_connections exceed open file resource limit: 256').replace(
      'worker_connections exceed open file resource limit: 256',
      'worker_connections are not enough',
    ),
  ),
  ...naming(
    'nginx-fd-limit',
    alert('*99 open() "/usr/share/nginx/html/50x.html" failed (24: Too many open files)'),
    crit('accept4() failed (24: Too many open files)'),
    alert('socket() failed (24: No file descriptors available) while connecting to upstream'),
    alert('*11 socketpair() failed (24: Too many open files)'),
    crit('open() "/var/cache/nginx/proxy_temp/1" failed (23: Too many open files in system)'),
  ),
  ...naming(
    'local-port-exhaustion',
    crit('connect() to 10.0.0.4:18789 failed (99: Cannot assign requested address) while connecting to upstream'),
    crit('connect() to 127.0.0.1:18789 failed (99: Address not available) while connecting to upstream'),
    crit('bind(10.0.0.8) failed (98: Address already in use) while connecting to upstream'),
  ),
  ...naming(
    'tls-upstream',
    crit(
      'SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40) while SSL handshaking to upstream',
    ),
    error('upstream SSL certificate verify error: (18:self-signed certificate) while SSL handshaking to upstream'),
    error(
      'upstream SSL certificate verify error: (20:unable to get local issuer certificate) while SSL handshaking to upstream',
    ),
    error('peer closed connection in SSL handshake (104: Connection reset by peer) while SSL handshaking to upstream'),
    error('upstream timed out (110: Connection timed out) while SSL handshaking to upstream'),
    error(
      'SSL_read() failed (SSL: error:0A000126:SSL routines::unexpected eof while reading) while reading response header from upstream',
    ),
  ),
  ...naming(
    'disk-full',
    crit('pwrite() "/var/cache/nginx/client_temp/0000000099" failed (28: No space left on device)'),
    alert('write() to "/var/log/nginx/access.log" failed (28: No space left on device)').replace(
      'write() to',
      'write() to',
    ),
    crit('mkdir() "/var/cache/nginx/proxy_temp/9" failed (28: No space left on device) while reading upstream'),
  ),
  ...naming(
    'upstream-header-too-big',
    error('upstream sent too big header while reading response header from upstream'),
    error('upstream sent too big header').replace(', client', ' while reading response header from upstream, client'),
  ),
  ...naming(
    'no-live-upstreams',
    error('no live upstreams while connecting to upstream'),
    error('no live upstreams').replace('no live upstreams,', 'no live upstreams while connecting to upstream,'),
  ),
];
