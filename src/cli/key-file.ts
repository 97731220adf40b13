import { chown, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, isSeq, type Node, parse, parseDocument, type YAMLSeq } from 'yaml';
import { OpsError, reasonOf } from '../errors.ts';

/** Where the keys stand, in a file of sections and in the article's own. */
const paths = [
  ['gateway', 'auth', 'valid_keys'],
  ['auth', 'valid_keys'],
];

/** An entry of `gateway.auth.valid_keys`, without what proves it. */
export interface KnownKey {
  readonly id: string;
  /** The key itself stands in the file. */
  readonly plain: boolean;
}

/** The ids under which the gateway logs its keys: a plain one is named by its place in the list. */
export function knownKeys(validKeys: readonly (string | { readonly id: string })[]): KnownKey[] {
  return validKeys.map((key, index) =>
    typeof key === 'string' ? { id: `key-${index + 1}`, plain: true } : { id: key.id, plain: false },
  );
}

/**
 * The text of a configuration file without a key; everything else, comments included, stays. Undefined when the file
 * does not have it.
 */
export function withoutKey(text: string, id: string): string | undefined {
  const document = parseDocument(text);
  const path = paths.find((candidate) => isSeq(document.getIn(candidate)));
  const keys = path && document.getIn(path);
  if (!isSeq(keys)) return undefined;
  const index = keys.items.findIndex((item, place) =>
    isMap(item) ? item.get('id') === id : isScalar(item) && id === `key-${place + 1}`,
  );
  if (index < 0) return undefined;
  const named = isMap(keys.items[index]);
  const left = withoutItem(text, document, keys, index);
  // The same id may stand there twice, and both keys are to be refused.
  return (named ? withoutKey(left, id) : undefined) ?? left;
}

function withoutItem(text: string, document: Document, list: YAMLSeq, index: number): string {
  const cut = cutItem(text, list, index);
  list.delete(index);
  if (cut !== undefined && isDeepStrictEqual(parse(cut), document.toJS())) return cut;
  // Written anew where a cut is not enough, such as for the last item: only spaces may then look different.
  list.flow ||= list.items.length === 0;
  return document.toString({ lineWidth: 0 });
}

/** Cuts an item of a list out of the text, in the block form with the comments right above it. */
function cutItem(text: string, list: YAMLSeq, index: number): string | undefined {
  const rangeOf = (place: number) => (list.items[place] as Node | undefined)?.range;
  const [range, before, after] = [rangeOf(index), rangeOf(index - 1), rangeOf(index + 1)];
  if (!range) return undefined;
  if (list.flow) {
    const [from, to] = after ? [range[0], after[0]] : [before?.[1] ?? range[0], range[1]];
    return text.slice(0, from) + text.slice(to);
  }
  const start = text.lastIndexOf('\n', range[0]) + 1;
  const [, comments = ''] = /(?:^|\n)((?:[ \t]*#.*\n)*)$/.exec(text.slice(0, start)) ?? [];
  const end = text.indexOf('\n', range[1] - 1);
  return text.slice(0, start - comments.length) + (end < 0 ? '' : text.slice(end + 1));
}

/**
 * Replaces a file at once: a reader sees the old text or the new one, and mode and owner stay.
 *
 * @throws OpsError `file_unwritable`
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  // A link stays a link: its target is replaced.
  const target = await realpath(path);
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    const { mode, uid, gid } = await stat(target);
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await chown(temporary, uid, gid);
    await rename(temporary, target);
  } catch (cause) {
    await unlink(temporary).catch(() => {});
    throw new OpsError('file_unwritable', { path, reason: reasonOf(cause) }, { cause });
  }
}
