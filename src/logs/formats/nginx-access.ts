import type { Entry } from '../cleaning/entries.ts';
import type { Access, LogRecord } from '../record.ts';
import { compileAccessFormat, fromVariables, type ReadAccess } from './access-format.ts';
import { learnAccess } from './access-learned.ts';
import { toRecord } from './plain.ts';
import { parseProxyAccess, withFlag } from './proxy-access.ts';

/** Anchored on `"request" status bytes`: what stands before and after differs from site to site. */
const combined =
  /(?:^|\s)(?:(\S{1,64}) - [^["]{0,100})?(?:\[[^\]"]{0,60}\]\s*)?"([A-Z]{3,10} [^"]*|(?<=\]\s{0,3}")-?)"\s+([1-5]\d\d)\s+(\d+|-)(?![\w.])(?:\s+"[^"]*"\s+"([^"]*)")?/;

/** Whether a line is in combined, or in a format that only adds to it before or behind. */
export const isCombined = (line: string): boolean => !line.startsWith('{') && combined.test(line);

/** Lines from which an unknown format is learned. */
const learnedFrom = 500;

/**
 * Reads an access log: in the format that the configuration gives it, else in combined and what is like it, else in JSON,
 * else as its own lines show. What combined leaves out, such as times behind it, is learned from the lines too.
 */
export function parseNginxAccess(entries: readonly Entry[], source: string, configured?: ReadAccess): LogRecord[] {
  const read = configured ?? withLearned(entries.slice(-learnedFrom).map(({ message }) => message));
  return entries.map((entry) => {
    // A format can begin with what elsewhere is a carrier's time.
    const access = read(entry.text) ?? read(entry.message) ?? (configured && parseAccess(entry.message));
    return { ...toRecord('nginx-access', source, entry), ...(access ? { access } : {}) };
  });
}

function withLearned(sample: readonly string[]): ReadAccess {
  const plain = sample.filter((line) => !line.startsWith('{'));
  const learned = plain.length * 2 < sample.length ? undefined : learnAccess(plain);
  if (learned === undefined) return parseAccess;
  const first = plain.map((line) => learned(line)).find((access) => access !== undefined);
  const more = first?.seconds !== undefined || first?.requestId !== undefined;
  return (line) => {
    const known = parseAccess(line);
    return known === undefined || more ? merged(learned(line), known) : known;
  };
}

const merged = (learned: Access | undefined, known: Access | undefined): Access | undefined =>
  learned && known ? { ...learned, ...known } : (known ?? learned);

/** The formats of Nginx Proxy Manager, which many people have in front of their chat. */
const ofProxyManager = ['$upstream_cache_status $upstream_status ', ''].map((upstream) =>
  compileAccessFormat(
    `${upstream}$status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] `,
  ),
);

function readProxyManager(text: string): Access | undefined {
  const [proxied, own] = ofProxyManager.map((read) => read(text.replace(/^\[[^\]]{1,40}\] /, '')));
  return proxied ?? own;
}

/** Envoy writes the request where combined has it, and no bytes behind the status. */
const stamped = /\[\d{4}-\d\d-\d\dT[^\]]{1,20}\] "/;

/** The request in one line of combined, of Nginx Proxy Manager, HAProxy, Envoy, JSON, LTSV or logfmt; undefined for any other line. */
export function parseAccess(text: string): Access | undefined {
  if (text.startsWith('{')) return parseJson(text);
  const found = stamped.test(text) ? null : combined.exec(text);
  if (!found) return readProxyManager(text) ?? parseProxyAccess(text) ?? parseLabelled(text);
  const [, client, request = '', status = '', bytes = '', userAgent] = found;
  return fromVariables({
    request,
    status,
    body_bytes_sent: bytes,
    ...(userAgent === undefined ? {} : { http_user_agent: userAgent }),
    ...(client === undefined ? {} : { remote_addr: client }),
  });
}

/** Names that sites, Caddy and Traefik give to nginx's variables in JSON, LTSV and logfmt; those of the upstream are others. */
const aliases: readonly (readonly [variable: string, name: RegExp])[] = [
  ['request', /^req(?:uest)?$/],
  ['status', /^(?:http_?|response_?|downstream)?(?:status|code)(?:_?code)?$/i],
  ['request_method', /^(?:request_?|http_)?(?:method|verb)$/i],
  ['request_uri', /^(?:request_?)?(?:uri|url|path)$/i],
  ['body_bytes_sent', /^(?:body_)?(?:bytes|size|length)(?:_sent)?$|^bytes_out$|^downstreamcontentsize$/i],
  ['request_time', /^(?:req|request|response|total)_?time$|^duration$|^latency$/i],
  ['request_id', /^(?:x_)?(?:request|req|correlation)_?id$/i],
  ['http_user_agent', /^(?:http_)?(?:user_?)?agent$|^ua$/i],
  ['remote_addr', /^(?:remote_addr|client(?:_?ip|host)?|remote_ip)$/i],
];

function byNames(fields: readonly (readonly [string, string])[]): Access | undefined {
  const value = aliases.flatMap(([variable, name]) => {
    const field = fields.find(([key]) => key === variable) ?? fields.find(([key]) => name.test(key));
    return field === undefined ? [] : [[variable, field[1]] as const];
  });
  return fromVariables(Object.fromEntries(value));
}

function parseJson(text: string): Access | undefined {
  // nginx writes quotes in a value as \x22 without escape=json, and a bare dash for a number that is not there.
  const mended = text.replace(/\\x([0-9A-Fa-f]{2})/g, String.raw`\u00$1`).replace(/:\s*-\s*(?=[,}])/g, ':null');
  try {
    const fields = flat(JSON.parse(mended));
    const access = byNames(fields);
    const [, flag] = fields.find(([name]) => name === 'response_flags') ?? [];
    return access && flag ? withFlag(access, flag) : access;
  } catch {
    return undefined;
  }
}

/** Texts and numbers of an object and of the objects in it, by their own names. */
function flat(value: unknown): [string, string][] {
  return Object.entries(value ?? {}).flatMap(([key, one]): [string, string][] =>
    typeof one === 'object' && one !== null && !Array.isArray(one) ? flat(one) : [[key, String(one)]],
  );
}

const label = /^([A-Za-z]\w{0,40}):(.*)$/;
const pair = /\b([A-Za-z]\w{0,40})=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g;

/** LTSV and logfmt name each field in the line. */
function parseLabelled(text: string): Access | undefined {
  const labels = text.split('\t').flatMap((part) => {
    const [, name = '', value = ''] = label.exec(part) ?? [];
    return name === '' ? [] : [[name, value] as const];
  });
  if (labels.length > 2) return byNames(labels);
  const pairs = [...text.matchAll(pair)].map(([, name = '', quoted, bare]) => [name, quoted ?? bare ?? ''] as const);
  return pairs.length > 2 ? byNames(pairs) : undefined;
}
