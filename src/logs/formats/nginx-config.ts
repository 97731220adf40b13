/** Where Debian's Nginx has it. */
export const nginxConfigFile = '/etc/nginx/nginx.conf';

/** A word, a quoted text, a mark, or a comment of nginx's configuration. */
const token = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([;{}])|#[^\n]*|([^\s;{}"'#][^\s;{}]*)/g;

/** Directives with their arguments, whatever block they stand in. */
export function directivesOf(config: string): string[][] {
  const directives: string[][] = [];
  let words: string[] = [];
  for (const [, double, single, mark, word] of config.matchAll(token)) {
    if (mark !== undefined) {
      if (words.length > 0) directives.push(words);
      words = [];
    } else if (double !== undefined || single !== undefined || word !== undefined) {
      words.push(unescaped(double ?? single ?? word ?? ''));
    }
  }
  return directives;
}

const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };

const unescaped = (text: string) => text.replace(/\\([tnr"'\\])/g, (_, sign: string) => controls[sign] ?? sign);

/** The `log_format` of each access log that a configuration writes in a format of its own, by the log's path. */
export function accessFormats(config: string): ReadonlyMap<string, string> {
  const directives = directivesOf(config);
  const formats = new Map(
    directives
      .filter(([name]) => name === 'log_format')
      .map(([, name = '', ...parts]) => [name, parts.filter((part) => !part.startsWith('escape=')).join('')]),
  );
  return new Map(
    directives.flatMap(([name, path = '', format = '']) => {
      const text = name === 'access_log' ? formats.get(format) : undefined;
      return text === undefined ? [] : [[path, text] as const];
    }),
  );
}
