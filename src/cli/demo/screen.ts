import type { CliContext } from '../command.ts';

const width = 76;

/** The demo's output: numbered acts, indented lines. Plain text, so that it reads the same when piped. */
export interface Screen {
  act(title: string): void;
  line(text: string): void;
  /** A text as it is, framed. */
  quote(text: string): void;
}

export function createScreen({ stdout }: CliContext, acts: number): Screen {
  let act = 0;
  const line = (text: string) => void stdout.write(`     ${text}\n`);
  return {
    line,
    act(title) {
      act += 1;
      stdout.write(`\n${act}/${acts}  ${title}\n`);
    },
    quote(text) {
      stdout.write(`     ┌${'─'.repeat(width - 6)}\n`);
      for (const row of text.trimEnd().split('\n')) stdout.write(`     │ ${row}\n`);
      stdout.write(`     └${'─'.repeat(width - 6)}\n`);
    },
  };
}
