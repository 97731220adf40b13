import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';

/** What a command may touch of its process; tests give their own. */
export interface CliContext {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sets the exit code of the process; see `exitCode` of errors.ts. */
  exit(code: number): void;
}

/** One command of `ops`, the default export of a file in commands/; the file's name is the command's. */
export interface CliCommand {
  readonly summary: string;
  /** One real invocation, shown by --help. */
  readonly example: string;
  /** Adds arguments, options and the action; heavy imports belong inside the action. */
  build(command: Command, context: CliContext): void;
}
