import { runProgram } from '../probes/run.ts';
import type { PlannedFile } from './plan.ts';

/** The unified diff from what stands on the host to what is planned; empty where nothing is. */
export async function diffOf({ artefact, state, file, target }: PlannedFile): Promise<string> {
  if (state === 'same' || state === 'kept') return '';
  const before = state === 'new' ? '/dev/null' : file;
  const args = ['-u', '--label', before, '--label', target, before, '-'];
  return `${(await runProgram('diff', args, { timeoutMs: 10_000, input: artefact.text })).stdout}\n`;
}
