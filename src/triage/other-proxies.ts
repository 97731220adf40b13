import type { Access, LogRecord } from '../logs/record.ts';
import { systemError } from './system-errors.ts';

/** Who speaks of a service behind a proxy that is not Nginx: cloudflared, Caddy, Traefik, Apache, HAProxy. */
const proxy = String.raw`Unable to reach the origin service|\bhttp\.log\.error\b|\[ERROR 50[24] |'?50[024] (?:Bad Gateway|Gateway Timeout|Internal Server Error)|\bAH0(?:0957|1102|1114)\b|error reading status line from remote server|is DOWN, reason: Layer\d`;

/** Source of a pattern for an error of such a proxy, which names its own part before or behind it. */
const ofProxy = (error: string) => `(?:${proxy}).{0,400}(?:${error})|(?:${error}).{0,200}(?:${proxy})`;

/** What such proxies say of a service, in the order of its causes for Nginx. */
export const otherProxies = {
  refused: ofProxy(systemError('refused')),
  timeout: `${ofProxy(String.raw`awaiting response headers|\(70007\)|context deadline exceeded`)}|lua tcp socket read timed out(?!, context: ssl_cert)`,
  unreachable: ofProxy(
    String.raw`dial tcp \S{1,80}: i/o timeout|no route to host|network is unreachable|\btimeout, check duration|\(13\)`,
  ),
  closed: ofProxy(String.raw`\(20014\)|\(104\)|unexpected EOF|connection reset by peer|\bEOF"`),
  unknownHost: [
    ofProxy(String.raw`lookup \S{1,100}.{0,60}(?:no such host|server misbehaving|i/o timeout)`),
    String.raw`\bAH00898\b|: could not resolve address '|dns_lookup\(\): failed to query|Maximum number of concurrent DNS queries reached`,
  ].join('|'),
  tls: ofProxy(String.raw`\btls: |\bx509: `),
  /** None of the services of a group is up. */
  noServer: String.raw`\bbackend \S{1,80} has no server available|"no upstreams available"|All workers are in error state|http: disabled connection for|no peer was returned|: disable check peer`,
  clientLeft: String.raw`"aborting with incomplete response".{1,200}(?:stream closed|client disconnected|context canceled|broken pipe)`,
} as const;

/** The requests of which a proxy's access log says that they ended so. */
export const ended = (records: readonly LogRecord[], how: Access['ended']): LogRecord[] =>
  records.filter(({ access }) => access?.ended === how);
