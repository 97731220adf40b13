import { access, asked, type CauseCases, journalled, kernel, nginx } from './case.ts';

/** Box 1, and what is no fault. */
export const nginxSide: CauseCases = {
  'other-process-oom': {
    formats: [
      kernel('Out of memory: Killed process 1012 (heapster) total-vm:327128kB, anon-rss:306328kB'),
      journalled('Out of memory: Kill process 4242 (chrome) score 812 or sacrifice child'),
    ],
    nearMisses: [
      kernel('Out of memory: Killed process 10198 (ollama) total-vm:23467012kB'),
      kernel('Killed the lights'),
    ],
  },
  'tls-client-noise': {
    formats: [
      nginx(
        'SSL_do_handshake() failed (SSL: error:0A00006C:SSL routines::bad key share) while SSL handshaking',
        'crit',
      ),
      nginx('SSL_do_handshake() failed (SSL: error:1408F10B:wrong version number) while SSL handshaking', 'info'),
    ],
    nearMisses: [nginx('SSL_do_handshake() failed (SSL: error:0A000438) while SSL handshaking to upstream')],
  },
  'vram-recover-warning': {
    formats: [
      ['ollama-log', 'level=WARN source=sched.go:646 msg="gpu VRAM usage didn\'t recover within timeout" seconds=5.01'],
      [
        'ollama-log',
        'Nov 25 08:00:00 box ollama[12]: time=2026-11-25T08:00:00Z level=DEBUG source=sched.go:700 msg="gpu VRAM usage didn\'t recover within timeout" runner.size="9 GiB"',
      ],
    ],
    nearMisses: [['ollama-log', 'level=DEBUG msg="gpu VRAM free memory converged after 0.5 seconds"']],
  },
  'body-too-large': {
    formats: [nginx('client intended to send too large body: 14680272 bytes'), access(413, 183)],
    nearMisses: [asked('client+intended+to+send+too+large+body:+9'), access(200, 413)],
  },
  'cert-expired': {
    formats: [
      ['certbot', 'verify error:num=10:certificate has expired\nnotAfter=Sep  8 10:03:30 2022 GMT'],
      ['nginx-probe', 'GET https://a.example/v1/health failed: the certificate has expired'],
    ],
    nearMisses: [
      nginx(
        'client SSL certificate verify error: (10:certificate has expired) while reading client request headers',
        'info',
      ),
      ['certbot', 'verify error:num=18:self-signed certificate'],
      asked('certificate+has+expired'),
    ],
  },
  'cert-missing': {
    formats: [
      ['nginx-error', 'nginx: [emerg] cannot load certificate "/etc/le/fullchain.pem": BIO_new_file() failed'],
      [
        'nginx-error',
        '2026/11/25 08:00:00 [emerg] 1#1: cannot load certificate key "/etc/le/privkey.pem": PEM_read failed',
      ],
    ],
    nearMisses: [nginx('cannot load certificates of the client', 'info')],
  },
  'cert-renewal-failed': {
    formats: [
      ['certbot', 'Failed to renew certificate a.example with error: Some challenges have failed.'],
      ['certbot', 'All simulated renewals failed. The following certificates could not be renewed:'],
      ['certbot', '2 renew failure(s), 0 parse failure(s)'],
    ],
    nearMisses: [
      ['certbot', '0 renew failure(s), 0 parse failure(s)'],
      ['certbot', 'No renewals were attempted.'],
    ],
  },
  'nginx-down': {
    formats: [
      ['sockets', 'nginx does not listen: nothing on port 80 or 443'],
      ['nginx-probe', 'GET https://a.example/v1/health failed: connection refused'],
      ['nginx-error', 'nginx: [emerg] bind() to 0.0.0.0:443 failed (98: Address in use)'],
      ['nginx-error', '2026/11/25 08:00:00 [crit] 1#1: pread() "/etc/nginx/site.conf" failed (21: Is a directory)'],
    ],
    nearMisses: [
      ['sockets', 'listening: 80, 443'],
      [
        'certbot',
        'acme: error presenting token: could not start HTTP server for challenge: listen tcp :80: bind: address already in use',
      ],
      ['nginx-probe', 'GET https://a.example/v1/health 502 in 12 ms'],
      // It serves since.
      [
        'nginx-error',
        `2026/11/25 07:00:00 [emerg] 1#1: unknown directive "upstreem"\n${nginx('connect() failed (111: Connection refused) while connecting to upstream')[1]}`,
      ],
    ],
  },
  'nginx-fd-limit': {
    formats: [
      ['nginx-error', '2026/11/25 08:00:00 [crit] 12#12: accept4() failed (24: Too many open files)'],
      nginx('socket() failed (24: Too many open files) while connecting to upstream', 'alert'),
    ],
    nearMisses: [asked('(24:+Too+many+open+files)'), nginx('open() "/24" failed (2: No such file or directory)')],
  },
  'nginx-proxy-loop': {
    formats: [
      nginx('rewrite or internal redirection cycle while internally redirecting to "/index.html"'),
      [
        'nginx-error',
        '2026/11/25 08:00:00 [alert] 12#12: *9 connect() failed (110: Connection timed out) while connecting to upstream, client: 127.0.0.1, server: a.example, request: "GET / HTTP/1.0", upstream: "http://127.0.0.1:80/", host: "a.example"',
      ],
    ],
    nearMisses: [nginx('connect() failed (111: Connection refused) while connecting to upstream')],
  },
  'nginx-worker-limit': {
    formats: [
      nginx('128 worker_connections are not enough while connecting to upstream', 'alert'),
      ['nginx-error', '2026/11/25 08:00:00 [alert] 12#0: 512 worker_connections are not enough'],
    ],
    nearMisses: [
      ['nginx-error', 'nginx: [warn] 4096 worker_connections exceed open file resource limit: 1024'],
      asked('worker_connections+are+not+enough'),
    ],
  },
  'no-request-seen': {
    formats: [
      ['absence', 'no request reached Nginx between 15:00 and 15:15, and none is open'],
      ['absence', 'no request reached Nginx between 2026-11-24T15:00:00.000Z and 2026-11-24T15:15:00.000Z'],
    ],
    nearMisses: [
      ['absence', 'no request reached the gateway between 15:00 and 15:15, but 2 reached Nginx: GET /'],
      // The tunnel came up again.
      [
        'nginx-error',
        '2026-11-25T08:00:00Z ERR Unable to establish connection with Cloudflare edge error="i/o timeout" connIndex=0\n2026-11-25T08:00:04Z INF Registered tunnel connection connIndex=0 location=fra07 protocol=quic',
      ],
    ],
  },
  'proxy-buffering': {
    formats: [
      nginx('an upstream response is buffered to a temporary file /var/cache/nginx/1 while reading upstream', 'warn'),
      [
        'nginx-error',
        '2026/11/25 08:00:00 [warn] 7#7: *1 an upstream response is buffered to a temporary file /p/3 while reading upstream, client: 1.2.3.4, server: a, request: "POST /api/chat HTTP/1.1"',
      ],
    ],
    nearMisses: [
      [
        'nginx-error',
        '2026/11/25 08:00:00 [warn] 7#7: *1 an upstream response is buffered to a temporary file /p/3 while reading upstream, client: 1.2.3.4, server: a, request: "GET /download.iso HTTP/1.1"',
      ],
    ],
  },
  'rate-limited': {
    formats: [
      nginx('limiting requests, excess: 1.495 by zone "one"'),
      nginx('limiting connections by zone "addr"', 'warn'),
      // Nginx's own page.
      access(429, 162),
    ],
    nearMisses: [
      nginx('limiting requests, dry run, excess: 1.000 by zone "one"'),
      // The gateway's answer.
      access(429, 126),
      nginx('delaying request, excess: 0.5, by zone "one"', 'warn'),
      asked('limiting+requests'),
    ],
  },
};
