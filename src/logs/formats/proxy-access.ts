import type { Access } from '../record.ts';

/** HAProxy's `option httplog`: times of the request, status, bytes, who ended it in which state; configuration manual §8.2.3. */
const httplog =
  /(?:^|\s)(\S{1,64}):\d{1,5} (?:\[[^\]]{1,40}\] )?\S{1,120} \S{1,120}\/(\S{1,120}) (?:-?\d{1,9}\/){4}\+?(\d{1,9}) (-1|\d{3}) \+?(\d{1,15}) \S{1,200} \S{1,200} ([\w-]{2})[\w-]{2} .{0,300}"([A-Z]{3,10}) (\S{1,2000})/;

/** §8.5: the first letter says who ended it or whose time ran out, the second in which state. */
const terminations: Readonly<Record<string, Access['ended']>> = {
  SC: 'refused',
  sC: 'unreachable',
  sH: 'timeout',
  sD: 'timeout',
  SH: 'closed',
  SD: 'closed',
  SQ: 'no-server',
  sQ: 'no-server',
  CH: 'client-left',
  CD: 'client-left',
};

/** Envoy's default format, and Istio's, which adds to it behind the flags. */
const envoy =
  /(?:^|\s)\[[^\]]{1,40}\] "([A-Z]{3,10}) (\S{1,2000}) [^"]{1,20}" (\d{1,3}) ([A-Z]{2,8}|-)(?:,[A-Z]{2,8})* .{0,400}?\b\d{1,15} (\d{1,15}) (\d{1,9}) \S{1,12}(?: "([\d.:a-fA-F]{2,45})[^"]{0,400}" "([^"]{0,1000})")?/;

/** Its response flags. */
const flags: Readonly<Record<string, Access['ended']>> = {
  UF: 'refused',
  UT: 'timeout',
  UC: 'closed',
  LR: 'closed',
  UH: 'no-server',
  UO: 'no-server',
  DC: 'client-left',
  RL: 'limited',
};

/** A request in the access log of HAProxy or Envoy, which tell how it ended; undefined for any other line. */
export function parseProxyAccess(text: string): Access | undefined {
  return fromHaproxy(text) ?? fromEnvoy(text);
}

function fromHaproxy(text: string): Access | undefined {
  const [, client = '', server = '', ms, status, bytes, state = '', method, path = ''] = httplog.exec(text) ?? [];
  if (method === undefined) return undefined;
  const ended = server === '<NOSRV>' && state.startsWith('S') ? 'no-server' : terminations[state];
  const read = { method, path: path.replace(/^https?:\/\/[^/]{1,255}/, ''), client, ...numbers(status, bytes, ms) };
  return ended === undefined ? read : { ...read, ended };
}

function fromEnvoy(text: string): Access | undefined {
  const [, method, path = '', status, flag = '', bytes, ms, client, userAgent] = envoy.exec(text) ?? [];
  if (method === undefined) return undefined;
  const who = client === undefined ? {} : { client, userAgent: userAgent ?? '' };
  return withFlag({ method, path, ...who, ...numbers(status, bytes, ms) }, flag);
}

/** Adds what Envoy's response flag says of the end of a request. */
export function withFlag(access: Access, flag: string): Access {
  const ended = flags[flag];
  return ended === undefined ? access : { ...access, ended };
}

/** A request that got no status is told as 0 or -1. */
const numbers = (status?: string, bytes?: string, ms?: string) => ({
  status: Math.max(0, Number(status)),
  bytes: Number(bytes),
  seconds: Number(ms) / 1000,
});
