import { glob } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { accessFormats, directivesOf } from '../../logs/formats/nginx-config.ts';
import { readLogFile } from '../../logs/source.ts';

/** More of a configuration than this, in bytes of one file and in files, is not looked at. */
const mostBytes = 1 << 20;
const mostFiles = 500;

/**
 * The `log_format` of each access log, by the log's path, out of Nginx's configuration files. `nginx -T` would say the same,
 * but only to root. Empty where they cannot be read: then a format is learned from the lines.
 */
export async function readAccessFormats(main: string, timeoutMs: number): Promise<ReadonlyMap<string, string>> {
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
  return accessFormats([...texts.values()].join('\n'));
}
