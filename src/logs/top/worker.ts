import { parentPort, workerData } from 'node:worker_threads';
import { type Piece, type Question, scan } from './scan.ts';
import { type Counts, Tally } from './tally.ts';

/** The counts of all pieces at the end, before that what kept a piece from being read. */
export interface Answer {
  readonly reason?: string | undefined;
  readonly counts?: Counts;
}

const tally = new Tally();
parentPort?.on('message', async (piece: Piece | undefined) => {
  const { counts, approximate } = tally;
  const answer: Answer = piece
    ? { reason: await scan(tally, piece, workerData as Question) }
    : { counts: { counts, approximate } };
  parentPort?.postMessage(answer);
});
