import { parentPort, workerData } from 'node:worker_threads';
import { createScanner, type Piece, type Question } from './scan.ts';
import type { Counts } from './tally.ts';

/** The counts of all pieces at the end, before that what kept a piece from being read. */
export interface Answer {
  readonly piece?: Piece;
  readonly reason?: string | undefined;
  readonly counts?: Counts;
}

const { tally, scan } = createScanner(workerData as Question);
parentPort?.on('message', async (piece: Piece | undefined) => {
  const { counts, approximate } = tally;
  const answer: Answer = piece ? { piece, reason: await scan(piece) } : { counts: { counts, approximate } };
  parentPort?.postMessage(answer);
});
