import { parentPort, workerData } from 'node:worker_threads';
import { type Piece, type Question, scan } from './scan.ts';

parentPort?.on('message', async (piece: Piece) => {
  const { counts, approximate, failure } = await scan(piece, workerData as Question);
  parentPort?.postMessage({ counts, approximate, failure });
});
