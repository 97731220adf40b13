import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Artefact, Link } from './artefacts.ts';
import { hashOf, type Installed, textOf } from './installed.ts';

/**
 * - `new`: is not there. `update`: is as setup wrote it, and the shipped one has changed. `same`: nothing to do.
 * - `kept`: was changed by hand, and the shipped one is still the one that setup wrote.
 * - `beside`: was changed by hand, or was never setup's, and the shipped one is new: it goes beside it.
 */
export type State = 'new' | 'update' | 'same' | 'kept' | 'beside';

export interface PlannedFile {
  readonly artefact: Artefact;
  readonly state: State;
  /** Where it is read and written: below the root. */
  readonly file: string;
  /** Where it is written. */
  readonly target: string;
}

export interface PlannedLink {
  readonly link: Link;
  readonly file: string;
  /** `taken`: another program has this name. */
  readonly state: 'new' | 'same' | 'taken';
}

/** Debian's own word for a file that was not put into place: logrotate and run-parts pass it by, as they would not `.new`. */
const besideSuffix = '.dpkg-new';

/** What is to be done with a file, by its text and by the hash of what setup last made of it. */
export function stateOf(text: string, present: string | undefined, recorded: string | undefined): State {
  if (present === undefined) return 'new';
  if (present === text) return 'same';
  if (recorded === hashOf(present)) return 'update';
  return recorded === hashOf(text) ? 'kept' : 'beside';
}

export function planFiles(root: string, artefacts: readonly Artefact[], installed: Installed): Promise<PlannedFile[]> {
  return Promise.all(
    artefacts.map(async (artefact) => {
      const file = path.join(root, artefact.path);
      const state = stateOf(artefact.text, await textOf(file), installed[artefact.path]);
      return { artefact, state, file, target: state === 'beside' ? `${file}${besideSuffix}` : file };
    }),
  );
}

export function planLinks(root: string, links: readonly Link[]): Promise<PlannedLink[]> {
  return Promise.all(
    links.map(async (link) => {
      const file = path.join(root, link.path);
      const found = await realpath(file).catch(() => undefined);
      if (found === (await realpath(link.target))) return { link, file, state: 'same' };
      // A link that leads nowhere is what an uninstalled version leaves.
      const there = await lstat(file).catch(() => undefined);
      return { link, file, state: there === undefined || (there.isSymbolicLink() && !found) ? 'new' : 'taken' };
    }),
  );
}
