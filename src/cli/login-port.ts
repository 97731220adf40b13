import type { CliContext } from './command.ts';

/** The server's port of this ssh login, if it is one: closing it would lock out who is here. */
export function loginPort({ SSH_CONNECTION = '' }: CliContext['env']): number[] {
  const port = Number(SSH_CONNECTION.split(' ')[3]);
  return port > 0 ? [port] : [];
}
