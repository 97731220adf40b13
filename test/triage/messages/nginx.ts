import type { Message } from './message.ts';

const error = '2026/03/04 05:06:07 [error] 1234#1234: *88';
const chat =
  'client: 203.0.113.7, server: chat.example.org, request: "POST /v1/chat/completions HTTP/2.0", upstream: "http://127.0.0.1:18789/v1/chat/completions", host: "chat.example.org"';
const plain = 'client: 203.0.113.7, server: chat.example.org, request: "GET / HTTP/1.1", host: "chat.example.org"';

/** What Nginx writes into its error log, from src/http and src/event of its sources. */
export const nginxMessages: readonly Message[] = [
  [`${error} connect() failed (111: Connection refused) while connecting to upstream, ${chat}`, 'upstream-refused'],
  [`${error} connect() failed (113: No route to host) while connecting to upstream, ${chat}`, 'upstream-unreachable'],
  [
    `${error} connect() failed (101: Network is unreachable) while connecting to upstream, ${chat}`,
    'upstream-unreachable',
  ],
  [
    `${error} upstream timed out (110: Connection timed out) while connecting to upstream, ${chat}`,
    'upstream-unreachable',
  ],
  [
    `${error} upstream timed out (110: Connection timed out) while reading response header from upstream, ${chat}`,
    'upstream-timeout',
  ],
  [`${error} upstream timed out (110: Operation timed out) while reading upstream, ${chat}`, 'upstream-timeout'],
  [
    `${error} upstream prematurely closed connection while reading response header from upstream, ${chat}`,
    'upstream-closed',
  ],
  [`${error} upstream prematurely closed connection while reading upstream, ${chat}`, 'upstream-closed'],
  [
    `${error} recv() failed (104: Connection reset by peer) while reading response header from upstream, ${chat}`,
    'upstream-closed',
  ],
  [`${error} readv() failed (104: Connection reset by peer) while reading upstream, ${chat}`, 'upstream-closed'],
  [`${error} writev() failed (32: Broken pipe) while sending request to upstream, ${chat}`, 'upstream-closed'],
  [
    `${error} upstream sent too big header while reading response header from upstream, ${chat}`,
    'upstream-header-too-big',
  ],
  [`${error} no live upstreams while connecting to upstream, ${chat}`, 'no-live-upstreams'],
  [`${error} gateway could not be resolved (3: Host not found), ${plain}`, 'upstream-dns'],
  [`${error} ollama.lan could not be resolved (110: Operation timed out), ${plain}`, 'upstream-dns'],
  [`${error} no resolver defined to resolve gateway.internal, ${plain}`, 'upstream-dns'],
  ['nginx: [emerg] host not found in upstream "gateway:18789" in /etc/nginx/conf.d/chat.conf:12', 'upstream-dns'],
  [
    '2026/03/04 05:06:07 [crit] 12#12: *1 connect() to 127.0.0.1:18789 failed (99: Cannot assign requested address) while connecting to upstream, client: 203.0.113.7',
    'local-port-exhaustion',
  ],
  [
    `${error} SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream, ${chat}`,
    'tls-upstream',
  ],
  [
    `${error} upstream SSL certificate verify error: (10:certificate has expired) while SSL handshaking to upstream, ${chat}`,
    'tls-upstream',
  ],
  [
    `${error} upstream SSL certificate does not match "gateway" while SSL handshaking to upstream, ${chat}`,
    'tls-upstream',
  ],
  [`${error} peer closed connection in SSL handshake while SSL handshaking to upstream, ${chat}`, 'tls-upstream'],
  [`${error} client intended to send too large body: 73400320 bytes, ${plain}`, 'body-too-large'],
  [`${error} client intended to send too large chunked body: 1048576+8192 bytes, ${plain}`, 'body-too-large'],
  [`${error} limiting requests, excess: 20.120 by zone "chat", ${plain}`, 'rate-limited'],
  [`${error} limiting connections by zone "perip", ${plain}`, 'rate-limited'],
  ['2026/03/04 05:06:07 [alert] 9#9: 1024 worker_connections are not enough', 'nginx-worker-limit'],
  [
    '2026/03/04 05:06:07 [alert] 9#9: *7 1024 worker_connections are not enough while connecting to upstream, client: 203.0.113.7',
    'nginx-worker-limit',
  ],
  ['2026/03/04 05:06:07 [crit] 9#9: accept4() failed (24: Too many open files)', 'nginx-fd-limit'],
  [
    '2026/03/04 05:06:07 [alert] 9#9: *7 socket() failed (24: Too many open files) while connecting to upstream, client: 203.0.113.7',
    'nginx-fd-limit',
  ],
  ['2026/03/04 05:06:07 [emerg] 1#1: bind() to 0.0.0.0:443 failed (98: Address already in use)', 'nginx-down'],
  ['nginx: [emerg] unknown directive "proxy_bufering" in /etc/nginx/sites-enabled/chat:31', 'nginx-down'],
  ['nginx: configuration file /etc/nginx/nginx.conf test failed', 'nginx-down'],
  [
    'nginx: [emerg] cannot load certificate "/etc/letsencrypt/live/chat/fullchain.pem": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory)',
    'cert-missing',
  ],
  [
    'nginx: [emerg] cannot load certificate key "/etc/ssl/private/chat.key": BIO_new_file() failed (SSL: error:8000000D:system library::Permission denied)',
    'cert-missing',
  ],
  [
    'nginx: [emerg] no "ssl_certificate" is defined for the "listen ... ssl" directive in /etc/nginx/sites-enabled/chat:3',
    'cert-missing',
  ],
  [
    '2026/03/04 05:06:07 [warn] 7#7: *3 an upstream response is buffered to a temporary file /var/cache/nginx/proxy_temp/1/00/0000000001 while reading upstream, client: 203.0.113.7, server: x, request: "POST /v1/chat/completions HTTP/1.1"',
    'proxy-buffering',
  ],
  [
    '2026/03/04 05:06:07 [info] 7#7: *3 epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too while reading upstream, client: 203.0.113.7, request: "POST /v1/chat/completions HTTP/1.1"',
    'client-abort',
  ],
  [
    '2026/03/04 05:06:07 [crit] 7#7: *3 pwritev() "/var/cache/nginx/client_temp/0000000012" failed (28: No space left on device), client: 203.0.113.7',
    'disk-full',
  ],
  // benign
  [
    '2026/03/04 05:06:07 [info] 7#7: *3 client closed connection while waiting for request, client: 203.0.113.7, server: 0.0.0.0:443',
    undefined,
  ],
  [
    '2026/03/04 05:06:07 [info] 7#7: *3 client timed out (110: Connection timed out) while waiting for request, client: 203.0.113.7, server: 0.0.0.0:443',
    undefined,
  ],
  [
    '2026/03/04 05:06:07 [crit] 7#7: *3 SSL_do_handshake() failed (SSL: error:0A00006C:SSL routines::bad key share) while SSL handshaking, client: 203.0.113.7, server: 0.0.0.0:443',
    'tls-client-noise',
  ],
  [
    '2026/03/04 05:06:07 [info] 7#7: *3 peer closed connection in SSL handshake while SSL handshaking, client: 203.0.113.7, server: 0.0.0.0:443',
    'tls-client-noise',
  ],
  [`${error} open() "/usr/share/nginx/html/favicon.ico" failed (2: No such file or directory), ${plain}`, undefined],
  [`${error} access forbidden by rule, ${plain}`, undefined],
  [`${error} directory index of "/var/www/html/" is forbidden, ${plain}`, undefined],
  [
    '2026/03/04 05:06:07 [warn] 7#7: "ssl_stapling" ignored, issuer certificate not found for certificate "/etc/ssl/a.pem"',
    undefined,
  ],
  ['2026/03/04 05:06:07 [warn] 7#7: conflicting server name "chat.example.org" on 0.0.0.0:80, ignored', undefined],
  ['2026/03/04 05:06:07 [notice] 7#7: signal process started', undefined],
  [
    '2026/03/04 05:06:07 [warn] 7#7: *3 a client request body is buffered to a temporary file /var/cache/nginx/client_temp/0000000003, client: 203.0.113.7',
    undefined,
  ],
];
