import { isDeepStrictEqual } from 'node:util';
import type { Intended } from './intended.ts';
import type { View } from './view.ts';

/** One path at which two answers differ; undefined where one of them has nothing there. */
export interface Difference {
  readonly path: string;
  readonly ollama: unknown;
  readonly gateway: unknown;
}

/** All paths at which two answers differ; where the status does, the rest follows from it. */
export function differences(ollama: View, gateway: View): Difference[] {
  const paths = [...new Set([...Object.keys(ollama), ...Object.keys(gateway)])];
  const all = paths
    .filter((path) => !isDeepStrictEqual(ollama[path], gateway[path]))
    .map((path) => ({ path, ollama: ollama[path], gateway: gateway[path] }));
  const status = all.filter(({ path }) => path === 'status');
  return status.length > 0 ? status : all;
}

/** Whether an entry of the list covers a difference of a case. */
export function covers(entry: Intended, name: string, { path, gateway }: Difference): boolean {
  const concerned = entry.cases === 'errors' || entry.cases.includes(name);
  const place = path.replaceAll(/\[\d+\]/g, '[*]');
  const at = entry.paths.some((wanted) => place === wanted || place.startsWith(`${wanted}[`));
  return concerned && at && (entry.expected === undefined || entry.expected === gateway);
}
