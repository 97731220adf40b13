import { glob } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { directivesOf } from '../../logs/formats/nginx-config.ts';
import { readLogFile } from '../../logs/source.ts';

/** More of a configuration than this, in bytes of one file and in files, is not looked at. */
const mostBytes = 1 << 20;
const mostFiles = 500;

/**
 * Nginx's configuration: its main file and what that includes, one after the other. `nginx -T` would say the same, but only to
 * root. Empty where it cannot be read.
 */
export async function readNginxConfig(main: string, timeoutMs: number): Promise<string> {
  const texts = new Map<string, string>();
  const waiting = [main];
  for (let path = waiting.shift(); path !== undefined && texts.size < mostFiles; path = waiting.shift()) {
    if (texts.has(path)) continue;
    const { lines } = await readLogFile(path, { timeoutMs, maxBytes: mostBytes });
    const text = lines.map((line) => line.text).join('\n');
    texts.set(path, text);
    for (const [name, pattern] of directivesOf(text)) {
      if (name !== 'include' || pattern === undefined) continue;
      for await (const included of glob(resolve(dirname(main), pattern))) waiting.push(included);
    }
  }
  return [...texts.values()].join('\n');
}

/** Where a probe through Nginx goes: to the site by its name, but at this machine, whatever the name resolves to. */
export interface ProbeTarget {
  /** Public base URL. */
  readonly base: string;
  /** Address to connect to; without it that of the name. */
  readonly address?: string;
}

/** The public site: the URL that was set, else where Nginx's configuration leads. */
export function siteOf(url: string | undefined, config: string): ProbeTarget | undefined {
  return url === undefined ? probeTarget(config) : { base: url };
}

/** Prefixes to which a configuration gives a location of their own, such as `/v1/`. */
export function prefixesOf(config: string): string[] {
  const paths = directivesOf(config).flatMap(([name, ...args]) => {
    const path = args.at(-1) ?? '';
    const isPrefix = args.length === 1 || args[0] === '^~';
    return name === 'location' && isPrefix && /^\/[\w./-]+$/.test(path) ? [path] : [];
  });
  return [...new Set(paths)];
}

/** The way to the gateway that a configuration opens: the first server with a location for `/v1`. */
export function probeTarget(config: string): ProbeTarget | undefined {
  for (const server of serversOf(config)) {
    const chats = server.some(([name, ...args]) => name === 'location' && /^\/v1\/?$/.test(args.at(-1) ?? ''));
    const target = chats ? targetOf(server) : undefined;
    if (target) return target;
  }
  return undefined;
}

function serversOf(config: string): string[][][] {
  const servers: string[][][] = [];
  for (const directive of directivesOf(config)) {
    // With an argument it is a server of an upstream.
    if (directive[0] === 'server' && directive.length === 1) servers.push([]);
    else servers.at(-1)?.push(directive);
  }
  return servers;
}

const everywhere = new Set(['0.0.0.0', '[::]']);

function targetOf(server: readonly string[][]): ProbeTarget | undefined {
  const names = server.flatMap(([name, ...args]) => (name === 'server_name' ? args : []));
  const host = names.find((name) => /^[a-z0-9][a-z0-9.-]*$/i.test(name));
  const listens = server
    .filter(([name]) => name === 'listen')
    .map(([, where = '', ...options]) => ({ where, options }));
  const { where, options } = listens.find((one) => one.options.includes('ssl')) ??
    listens[0] ?? { where: '80', options: [] };
  const [, address = '', port = '80'] = /^(?:(.+?):)?(\d+)$/.exec(where) ?? [];
  if (where.startsWith('unix:') || options.includes('proxy_protocol')) return undefined;
  const bare = address.replace(/[[\]]/g, '');
  const local = isIP(bare) === 0 || everywhere.has(address) ? '127.0.0.1' : bare;
  if (options.includes('ssl'))
    return host === undefined ? undefined : { base: `https://${host}:${port}`, address: local };
  return { base: `http://${host ?? 'localhost'}:${port}`, address: local };
}
