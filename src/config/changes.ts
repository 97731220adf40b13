import { isDeepStrictEqual } from 'node:util';
import { isTree } from './merge.ts';

/** Paths of the options that differ, such as `gateway.auth.valid_keys`, never their values. Lists are compared as a whole. */
export function changedPaths(before: unknown, after: unknown, path = ''): string[] {
  if (!isTree(before) || !isTree(after)) return isDeepStrictEqual(before, after) ? [] : [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => changedPaths(before[key], after[key], path === '' ? key : `${path}.${key}`));
}
