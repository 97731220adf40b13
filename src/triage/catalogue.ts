import { discover } from '../discover.ts';
import type { Cause } from './cause.ts';
import type { NamedCause } from './engine.ts';

let loaded: Promise<NamedCause[]> | undefined;

/** Every cause of causes/, loaded once; a cause's code is its file's name. */
export function loadCauses(): Promise<NamedCause[]> {
  loaded ??= discover<Cause>(new URL('./causes/', import.meta.url)).then((units) =>
    units.map(({ name, unit }) => ({ code: name, cause: unit })),
  );
  return loaded;
}
