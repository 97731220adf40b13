/** A text that a person reads, in every language the product speaks. API errors and log lines are English only. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

export const languages = ['en', 'zh'] as const;

export type Language = (typeof languages)[number];

/** A command, a setting, a program's own words: the same in every language. */
export const untranslated = (text: string): Text => ({ en: text, zh: text });

/** Fills `{name}` placeholders of a template; a placeholder without a value stays as it is, so that a test can find it. */
export function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    name in values ? String(values[name]) : placeholder,
  );
}

/** Fills the placeholders in every language. */
export function fillText(template: Text, values: Readonly<Record<string, unknown>>): Text {
  return { en: fill(template.en, values), zh: fill(template.zh, values) };
}

/** A text whose URLs have lost their user and password, for logs, terminals and errors. */
export const withoutUserInfo = (text: string) => text.replace(/:\/\/[^/\s"]*@/g, '://***@');
