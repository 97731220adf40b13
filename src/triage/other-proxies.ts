import { systemError } from './system-errors.ts';

/** Who speaks of a service behind a proxy that is not Nginx: cloudflared, Caddy, Traefik, Apache, HAProxy. */
const proxy = String.raw`Unable to reach the origin service|"http\.log\.error|'?50[24] (?:Bad Gateway|Gateway Timeout)|\bAH0(?:0957|1102|1114)\b|is DOWN, reason: Layer\d`;

/** Source of a pattern for an error of such a proxy, which names its own part before or behind it. */
const ofProxy = (error: string) => `(?:${proxy}).{0,400}(?:${error})|(?:${error}).{0,200}(?:${proxy})`;

/** What such proxies say of a service, in the order of its causes for Nginx. */
export const otherProxies = {
  refused: ofProxy(systemError('refused')),
  timeout: ofProxy(String.raw`awaiting response headers|\(70007\)|context deadline exceeded`),
  unreachable: ofProxy(String.raw`dial tcp \S{1,80}: i/o timeout|no route to host|network is unreachable`),
  closed: ofProxy(String.raw`\(20014\)|\(104\)|unexpected EOF|connection reset by peer|\bEOF"`),
  unknownHost: ofProxy(String.raw`lookup \S{1,100}.{0,60}(?:no such host|server misbehaving)`),
} as const;
