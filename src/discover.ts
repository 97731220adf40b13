import { readdir } from 'node:fs/promises';

/** A unit found in a folder: its name is its file name. */
export interface Discovered<Unit> {
  readonly name: string;
  readonly unit: Unit;
}

/** Names of the units in a folder, sorted, without loading them. */
export async function listUnits(folder: URL): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .map((file) => /^([a-z][a-z0-9-]*)\.(?:ts|js)$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/** Loads one unit: the default export of its file. */
export async function loadUnit<Unit>(folder: URL, name: string): Promise<Discovered<Unit>> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const module: { default: Unit } = await import(new URL(`${name}.${extension}`, folder).href);
  return { name, unit: module.default };
}

/** Loads every unit of a folder, in the order of their names: adding one is adding a file. */
export async function discover<Unit>(folder: URL): Promise<Discovered<Unit>[]> {
  const names = await listUnits(folder);
  return Promise.all(names.map((name) => loadUnit<Unit>(folder, name)));
}
