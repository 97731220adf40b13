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

/** Gives an option the value of another that is set, unless it has one itself or stands where no map is. */
export function follow(tree: Tree, option: readonly string[], leader: readonly string[]): void {
  const value = valueAt(tree, leader);
  const places = option.map((_, depth) => valueAt(tree, option.slice(0, depth)));
  const free = valueAt(tree, option) === undefined && places.every((place) => place === undefined || isTree(place));
  if (free && value !== undefined) setAt(tree, option, value);
}

const valueAt = (tree: Tree, path: readonly string[]): unknown =>
  path.reduce<unknown>((place, key) => (isTree(place) ? place[key] : undefined), tree);
