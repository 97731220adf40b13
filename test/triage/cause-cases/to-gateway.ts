import { access, asked, audit, type CauseCases, journalled, kernel, nginx, prompted, raw } from './case.ts';

/** Box 2. */
export const toGateway: CauseCases = {
  'conntrack-full': {
    formats: [
      kernel('nf_conntrack: nf_conntrack: table full, dropping packet'),
      journalled('ip_conntrack: table full, dropping packet'),
    ],
    nearMisses: [kernel('nf_conntrack version 0.5.0 (16384 buckets, 65536 max)')],
  },
  'gateway-down': {
    formats: [
      ['gateway-api', 'GET http://127.0.0.1:18789/health failed: connection refused'],
      ['gateway-api', 'GET http://127.0.0.1:18789/health failed: no answer within 3000 ms'],
      ['gateway-api', 'the gateway did not answer watch'],
      raw('Service unit not found.\nService not installed. Run: openclaw gateway install'),
    ],
    nearMisses: [
      ['gateway-api', 'GET http://127.0.0.1:18789/health 200 in 3 ms'],
      nginx('connect() failed (111: Connection refused)'),
      // It came up later.
      raw(
        'Gateway start blocked: set gateway.mode=local (current: unset)\n[gateway] listening on ws://127.0.0.1:18789',
      ),
    ],
  },
  'gateway-rejected': {
    formats: [
      audit({ outcome: 'rejected', status: 429, error: 'rate_limit_exceeded' }),
      audit({ outcome: 'client_error', status: 400, error: 'prompt_too_long' }),
    ],
    nearMisses: [
      audit({ outcome: 'rejected', status: 401, error: 'invalid_api_key', probe: true }),
      audit({ outcome: 'client_error', status: 404, error: 'model_not_found' }),
    ],
  },
  'local-port-exhaustion': {
    formats: [
      nginx(
        'connect() to 127.0.0.1:18789 failed (99: Cannot assign requested address) while connecting to upstream',
        'crit',
      ),
      nginx('connect() failed (99: Address not available) while connecting to upstream', 'crit'),
    ],
    nearMisses: [
      ['nginx-error', 'nginx: [emerg] bind() to 192.0.2.9:80 failed (99: Cannot assign requested address)'],
      asked('(99:+Cannot+assign+requested+address)'),
      nginx('connect() failed (111: Connection refused)'),
    ],
  },
  'no-live-upstreams': {
    formats: [
      nginx('no live upstreams while connecting to upstream'),
      [
        'nginx-error',
        '2019/03/23 01:05:37 [error] 6#6: *2 no live upstreams while connecting to upstream, client: unix:',
      ],
    ],
    nearMisses: [asked('no+live+upstreams+while+connecting'), nginx('upstream server temporarily disabled', 'warn')],
  },
  'request-lost': {
    formats: [
      ['absence', 'no request reached the gateway between 15:00 and 15:15, and none is open, but 3 reached Nginx: x'],
      [
        'absence',
        'no request reached the gateway between 15:00 and 15:15, but 1 reached Clawdbot: POST /api/chat/send',
      ],
    ],
    nearMisses: [['absence', 'no request reached Nginx between 15:00 and 15:15, and none is open']],
  },
  'tls-upstream': {
    formats: [
      nginx('SSL_do_handshake() failed (SSL: error:0A000438) while SSL handshaking to upstream'),
      nginx(
        'peer closed connection in SSL handshake (104: Connection reset by peer) while SSL handshaking to upstream',
      ),
    ],
    nearMisses: [nginx('SSL_do_handshake() failed (SSL: error:0A000438) while SSL handshaking', 'crit')],
  },
  'upstream-closed': {
    formats: [
      nginx('readv() failed (104: Connection reset by peer) while reading upstream'),
      nginx('upstream prematurely closed connection while reading response header from upstream'),
      nginx('recv() failed (104: Connection reset by peer) while reading response header from upstream'),
    ],
    nearMisses: [
      nginx('recv() failed (104: Connection reset by peer) while waiting for request', 'info'),
      nginx('client prematurely closed connection while sending to client', 'info'),
      asked('upstream+prematurely+closed+connection+while+reading+response+header'),
    ],
  },
  'upstream-dns': {
    formats: [
      ['nginx-error', '2026/03/17 03:13:54 [error] 25#25: n8n could not be resolved (2: Server failure)'],
      ['nginx-error', 'nginx: [emerg] host not found in upstream "gateway" in /etc/nginx/conf.d/a.conf:3'],
    ],
    nearMisses: [asked('host+not+found+in+upstream'), prompted('host not found in upstream')],
  },
  'upstream-header-too-big': {
    formats: [
      nginx('upstream sent too big header while reading response header from upstream'),
      ['nginx-error', '[error] 12#12: *1 upstream sent too big header while reading response header from upstream'],
    ],
    nearMisses: [nginx('client sent too long header line', 'info'), asked('upstream+sent+too+big+header')],
  },
  'upstream-refused': {
    formats: [
      nginx(
        'connect() to unix:/run/gateway.sock failed (2: No such file or directory) while connecting to upstream',
        'crit',
      ),
      nginx('connect() failed (111: Connection refused) while connecting to upstream'),
      access(502, 157),
    ],
    nearMisses: [
      nginx('connect() failed (111: Connection refused) while resolving', 'info'),
      // The gateway's own 502, in JSON.
      access(502, 310),
    ],
  },
  'upstream-unreachable': {
    formats: [
      nginx('upstream timed out (110: Operation timed out) while connecting to upstream'),
      nginx('connect() failed (113: No route to host) while connecting to upstream'),
      nginx('connect() to 127.0.0.1:18789 failed (13: Permission denied) while connecting to upstream', 'crit'),
    ],
    nearMisses: [
      nginx('upstream timed out (110: Connection timed out) while reading response header from upstream'),
      nginx('connect() failed (113: No route to host) while resolving', 'info'),
    ],
  },
};
