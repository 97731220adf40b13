import { corpus } from '../../tools/corpus/evaluate.ts';

/** The text of a case of the corpus of real logs, by its id. */
export function corpusText(id: string): string {
  const found = corpus().find((one) => one.id === id);
  if (!found) throw new Error(`the corpus has no case ${id}`);
  return found.text;
}
