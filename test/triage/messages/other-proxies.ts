import { type Message, naming } from './message.ts';

const cloudflared = (reason: string) =>
  `2026-05-06T07:08:09Z ERR  error="Unable to reach the origin service. The service may be down or it may not be responding to traffic from cloudflared: ${reason}" connIndex=1 event=1 ingressRule=0 originService=http://localhost:8080`;
const caddy = (reason: string) =>
  `{"level":"error","ts":1778051289.123,"logger":"http.log.error.log0","msg":"${reason}","request":{"remote_ip":"192.0.2.1","method":"POST","host":"chat.example.org","uri":"/api/chat"},"duration":0.0006,"status":502,"err_id":"7w3d1k","err_trace":"reverseproxy.statusError (reverseproxy.go:1390)"}`;
const traefik = (reason: string) =>
  `time="2026-05-06T07:08:09Z" level=debug msg="'502 Bad Gateway' caused by: ${reason}"`;
const apache = (reason: string) => `[Wed May 06 07:08:09.123456 2026] [proxy_http:error] [pid 99:tid 140] ${reason}`;

/** What cloudflared, Caddy, Traefik, Apache and HAProxy say of a service behind them. */
export const otherProxyMessages: readonly Message[] = [
  ...naming(
    'upstream-refused',
    cloudflared('dial tcp 127.0.0.1:8080: connect: connection refused'),
    caddy('dial tcp 172.18.0.4:3000: connect: connection refused'),
    traefik('dial tcp 172.18.0.3:8080: connect: connection refused'),
    apache('(111)Connection refused: AH00957: HTTP: attempt to connect to 127.0.0.1:3000 (localhost) failed'),
    'haproxy[812]: Server chat/ui is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 0 active and 0 backup servers left.',
  ),
  ...naming('gateway-down', caddy('dial tcp 127.0.0.1:18789: connect: connection refused')),
  ...naming('service-down', traefik('dial tcp 172.18.0.3:11434: connect: connection refused')),
  ...naming('no-live-upstreams', 'haproxy[812]: backend chat has no server available!'),
  ...naming(
    'upstream-unreachable',
    caddy('dial tcp 10.0.0.5:11434: i/o timeout'),
    cloudflared('dial tcp 10.0.0.5:8080: connect: no route to host'),
  ),
  ...naming(
    'upstream-timeout',
    apache(
      '(70007)The timeout specified has expired: [client 192.0.2.1:5555] AH01102: error reading status line from remote server 127.0.0.1:11434',
    ),
    cloudflared('net/http: timeout awaiting response headers'),
  ),
  ...naming(
    'upstream-closed',
    apache(
      '(20014)Internal error (specific information not available): [client 192.0.2.1:51022] AH01102: error reading status line from remote server 127.0.0.1:11434',
    ),
    cloudflared('unexpected EOF'),
    traefik('EOF'),
  ),
  ...naming('upstream-dns', cloudflared('dial tcp: lookup open-webui on 127.0.0.11:53: no such host')),
  ...naming(
    'healthy',
    '2026-05-06T07:08:09Z INF Registered tunnel connection connIndex=0 connection=7c1f event=0 ip=198.41.192.7 location=fra08 protocol=quic',
    '{"level":"info","ts":1778051289.1,"logger":"tls.renew","msg":"certificate renewed successfully","identifier":"chat.example.org"}',
    'haproxy[812]: Server chat/ui is UP, reason: Layer4 check passed, check duration: 0ms. 1 active and 0 backup servers online.',
  ),
];
