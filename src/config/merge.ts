export type Tree = Record<string, unknown>;

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Puts `over` onto `base` in place: maps are merged key by key, anything else is replaced. */
export function merge(base: Tree, over: Tree): void {
  for (const [key, value] of Object.entries(over)) {
    const below = base[key];
    if (isTree(below) && isTree(value)) merge(below, value);
    else if (!isTree(value) || Object.keys(value).length > 0) base[key] = value;
  }
}

/** Sets one value by its path, creating the maps on the way. */
export function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const below = tree[key];
  const next: Tree = isTree(below) ? below : {};
  tree[key] = next;
  setAt(next, rest, value);
}
