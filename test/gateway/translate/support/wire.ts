import { readFileSync } from 'node:fs';
import { LineSplitter } from '../../../../gateway/translate/ndjson.ts';
import type { OllamaChatRecord } from '../../../../src/ollama.ts';

export const versions = ['0.24.0', '0.32.15'];

/** A recorded body; see test/fixtures/ollama-wire/README.md. */
export const recorded = (version: string, file: string) =>
  readFileSync(new URL(`../../../fixtures/ollama-wire/${version}/${file}`, import.meta.url));

/** The records of a recorded answer. */
export function recordsOf(version: string, name: string): OllamaChatRecord[] {
  const splitter = new LineSplitter();
  const lines = [...splitter.push(recorded(version, `${name}.ndjson`)), ...splitter.end()];
  return lines.map((line) => JSON.parse(line) as OllamaChatRecord);
}
