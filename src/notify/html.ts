import type { Language } from '../text.ts';
import type { Section } from './section.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);

/** The text's content as HTML: one table, inline styles, no colours of its own, so that it is readable in dark mode. */
export function toHtml(lead: readonly string[], sections: readonly Section[], language: Language): string {
  const rows = sections
    .filter(({ lines, commands = [] }) => lines.length + commands.length > 0)
    .map(({ title, lines, commands = [] }) => {
      const body = lines.map((line) => `<div>${escaped(line)}</div>`).join('');
      const code = commands.map((line) => `<pre style="margin:4px 0">${escaped(line)}</pre>`).join('');
      return `<tr><td style="padding:8px 0"><b>${escaped(title)}</b>${body}${code}</td></tr>`;
    });
  const head = lead.map((line) => `<p>${escaped(line)}</p>`).join('');
  return `<!doctype html><html lang="${language}"><body style="font-family:sans-serif">${head}<table role="presentation" style="max-width:640px">${rows.join('')}</table></body></html>`;
}
