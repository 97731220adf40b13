import { resolve } from 'node:path';
import { codeOf, reasonOf } from '../../errors.ts';
import { rotatedFiles } from '../rotated.ts';
import { piecesOf } from './pieces.ts';
import { scanAll } from './pool.ts';
import type { Piece, Question } from './scan.ts';
import type { Row } from './tally.ts';

export interface TopQuestion extends Question {
  /** Logs; the files of their rotated sets are found. */
  readonly files: readonly string[];
  /** The `log_format` of Nginx's logs that have one of their own, by path. */
  readonly logFormats?: ReadonlyMap<string, string>;
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
export async function topAbnormal({ files, logFormats, window, by, rows }: TopQuestion): Promise<Top> {
  const formats = new Map<string, string | undefined>();
  for (const path of files) {
    for (const one of [...(await rotatedFiles(path, window)), path]) formats.set(one, logFormats?.get(resolve(path)));
  }
  const paths = [...formats.keys()];
  const problems = new Map<string, string>();
  const pieces = await Promise.all(
    paths.map((path) =>
      piecesOf(path, window, formats.get(path)).catch((thrown: unknown): Piece[] => {
        problems.set(path, whyNot(thrown));
        return [];
      }),
    ),
  );
  const tally = await scanAll(pieces.flat(), { window, by }, ({ path }, reason) => problems.set(path, reason));
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
