import type { Language } from '../text.ts';
import type { Section } from './section.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);

/** What a mail is about, as a coloured edge beside its words; the words say it too. */
export type Tone = 'critical' | 'warning' | 'resolved' | 'plain';

/** Told apart on white and on black. */
const edges: Readonly<Record<Tone, string>> = {
  critical: '#d93025',
  warning: '#c77700',
  resolved: '#1e8e3e',
  plain: '#808080',
};

/** Long words break rather than widen the mail on a telephone. */
const wrap = 'white-space:pre-wrap;overflow-wrap:anywhere';

/**
 * The text's content as HTML: one table, inline styles, no images, and no colours of its own beside the edge, so that the
 * mail program's light or dark ones hold.
 */
export function toHtml(
  lead: readonly string[],
  sections: readonly Section[],
  language: Language,
  tone: Tone = 'plain',
): string {
  const rows = sections.filter(({ lines, commands = [] }) => lines.length + commands.length > 0).map(rowOf);
  const head = lead.map((line) => `<p style="margin:0 0 8px;font-size:16px">${escaped(line)}</p>`).join('');
  const meta = ['color-scheme', 'supported-color-schemes'].map((name) => `<meta name="${name}" content="light dark">`);
  return [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">${meta.join('')}`,
    '<meta name="viewport" content="width=device-width"><style>:root{color-scheme:light dark}</style></head>',
    '<body style="margin:0;padding:12px;font-family:sans-serif;font-size:14px;line-height:1.4">',
    '<table role="presentation" cellspacing="0" style="width:100%;max-width:640px;table-layout:fixed">',
    `<tr><td style="padding:2px 0 2px 12px;border-left:4px solid ${edges[tone]};overflow-wrap:anywhere">${head}</td></tr>`,
    `${rows.join('')}</table></body></html>`,
  ].join('');
}

function rowOf({ title, figure, lines, commands = [] }: Section): string {
  const drawn = figure
    ? `<div role="img" aria-label="${escaped(figure.label)}" style="font-family:monospace;font-size:22px;line-height:1.2">${figure.blocks}</div><div style="font-size:12px">${escaped(figure.label)}</div>`
    : '';
  const body = lines.map((line) => `<div>${escaped(line)}</div>`).join('');
  const code = commands
    .map((line) => `<pre style="margin:4px 0;padding:6px 8px;border:1px solid #808080;${wrap}">${escaped(line)}</pre>`)
    .join('');
  return `<tr><td style="padding:10px 0 0 16px;overflow-wrap:anywhere"><b>${escaped(title)}</b>${drawn}${body}${code}</td></tr>`;
}
