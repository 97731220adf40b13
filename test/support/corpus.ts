import { readFileSync } from 'node:fs';

const file = new URL('../fixtures/triage/cases.jsonl', import.meta.url);

/** The text of a case of the corpus of real logs, by its id. */
export function corpusText(id: string): string {
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const found: { id: string; text: string } = JSON.parse(line);
    if (found.id === id) return found.text;
  }
  throw new Error(`the corpus has no case ${id}`);
}
