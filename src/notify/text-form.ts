import type { Section } from './section.ts';

/** The plain text of a mail: its first lines, then the headed parts; commands after a dollar sign. */
export function toText(lead: readonly string[], sections: readonly Section[]): string {
  const parts = sections
    .filter(({ lines, commands = [] }) => lines.length + commands.length > 0)
    .map(({ title, lines, commands = [] }) =>
      [title, ...lines.map((line) => `  ${line}`), ...commands.map((line) => `  $ ${line}`)].join('\n'),
    );
  return `${[lead.join('\n'), ...parts].join('\n\n')}\n`;
}
