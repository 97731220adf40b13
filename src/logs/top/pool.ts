import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { createScanner, type Piece, type Question } from './scan.ts';
import type { Counts, Tally } from './tally.ts';
import type { Answer } from './worker.ts';

/** Below this many bytes starting threads takes longer than reading; packed bytes count tenfold. */
const worthThreads = 128 << 20;

/** Young generation of a thread. A small one is collected often, and with it the blocks that were read. */
const youngMegabytes = 2;

/** Pieces that a thread works at: while one is inflated, which Node does elsewhere, it searches the other. */
const piecesAtOnce = 2;

/** Hears what kept a piece from being read to the end. */
type Failed = (piece: Piece, reason: string) => void;

const weight = ({ path, from, to }: Piece) => (to - from) * (path.endsWith('.gz') ? 10 : 1);

/** Scans every piece, the largest first, on the cores there are: this thread and one for each other core. */
export async function scanAll(pieces: readonly Piece[], question: Question, failed: Failed): Promise<Tally> {
  const queue = pieces.toSorted((a, b) => weight(a) - weight(b));
  const bytes = pieces.reduce((all, piece) => all + weight(piece), 0);
  const others = bytes < worthThreads ? 0 : Math.min(availableParallelism(), pieces.length) - 1;
  const threads = Array.from({ length: others }, () => work(queue, question, failed));
  const { tally, scan } = createScanner(question);
  const scanQueue = async () => {
    for (let piece = queue.pop(); piece; piece = queue.pop()) {
      const reason = await scan(piece);
      if (reason !== undefined) failed(piece, reason);
    }
  };
  await Promise.all(Array.from({ length: piecesAtOnce }, scanQueue));
  for (const counts of await Promise.all(threads)) tally.merge(counts);
  return tally;
}

/** One thread that takes pieces from the queue until it is empty; then it gives what it has counted in all of them. */
function work(queue: Piece[], question: Question, failed: Failed): Promise<Counts> {
  // Threads do not take over the cache that bin/ops turned on; without it each strips the types of its files anew.
  const cache = getCompileCacheDir();
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), {
    workerData: question,
    env: cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: cache },
    resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
  });
  return new Promise<Counts>((resolve, reject) => {
    let running = 0;
    const next = () => {
      const piece = queue.pop();
      if (piece) running += 1;
      if (piece || running === 0) worker.postMessage(piece);
    };
    worker.on('message', ({ piece, reason, counts }: Answer) => {
      if (counts) return resolve(counts);
      if (piece && reason !== undefined) failed(piece, reason);
      running -= 1;
      next();
    });
    worker.once('error', reject);
    for (let begun = 0; begun < piecesAtOnce; begun += 1) next();
  }).finally(() => worker.terminate());
}
