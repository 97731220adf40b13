import { codeOf, reasonOf } from '../../errors.ts';
import { rotatedFiles } from '../rotated.ts';
import { piecesOf } from './pieces.ts';
import { scanAll } from './pool.ts';
import type { Piece, Question } from './scan.ts';
import { type Row, Tally } from './tally.ts';

export interface TopQuestion extends Question {
  /** Logs; the files of their rotated sets are found. */
  readonly files: readonly string[];
  readonly rows: number;
}

export interface Top extends Question {
  readonly rows: readonly Row[];
  /** Number of abnormal requests. */
  readonly total: number;
  /** Whether there were too many different values to count each, so that counts may be too low. */
  readonly approximate: boolean;
  /** What was looked at, and why something could not be. */
  readonly files: readonly { readonly path: string; readonly problem?: string }[];
}

/** Counts the abnormal requests of a window in the gateway's audit log or Nginx's access log, and gives the most frequent. */
export async function topAbnormal({ files, window, by, rows }: TopQuestion): Promise<Top> {
  const sets = await Promise.all(files.map(async (path) => [...(await rotatedFiles(path, window)), path]));
  const paths = [...new Set(sets.flat())];
  const problems = new Map<string, string>();
  const pieces = await Promise.all(
    paths.map((path) =>
      piecesOf(path, window).catch((thrown: unknown): Piece[] => {
        problems.set(path, whyNot(thrown));
        return [];
      }),
    ),
  );
  const tally = new Tally();
  await scanAll(pieces.flat(), { window, by }, ({ path }, scanned) => {
    if (scanned.failure !== undefined) problems.set(path, scanned.failure);
    tally.merge(scanned);
  });
  return {
    window,
    by,
    rows: tally.top(rows),
    total: tally.total,
    approximate: tally.approximate,
    files: paths.map((path) => ({ path, ...problemOf(problems.get(path)) })),
  };
}

const sentences: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
};

const whyNot = (thrown: unknown) => sentences[codeOf(thrown) ?? ''] ?? reasonOf(thrown);

const problemOf = (problem: string | undefined) => (problem === undefined ? {} : { problem });
