import { reasonOf } from '../errors.ts';
import type { Beginning } from '../incident.ts';
import type { NewNotification } from '../store/outbox.ts';
import { fill, type Language } from '../text.ts';
import type { Letter } from './letter.ts';
import { marks, noticeOf } from './notice.ts';
import { words } from './words.ts';

/** The mail about incidents that begin while incidents.db cannot be written: they have no number, and no thread yet. */
export function unkeptLetter(
  beginnings: readonly Beginning[],
  why: unknown,
  { host, language }: { readonly host: string; readonly language: Language },
): Pick<NewNotification, 'subject' | 'payload'> {
  const notices = beginnings.map(({ event, rule }) => noticeOf(event, rule));
  const reason = reasonOf(why);
  const letter: Letter = {
    lead: [fill(words.unkeptLead[language], { reason }), words.unkeptPromise[language]],
    sections: notices.map(({ incident, summary, description, commands }) => ({
      title: `[${marks[incident.severity]}] ${summary[language]}`,
      lines: [description[language]],
      commands,
    })),
  };
  const worst = notices.some(({ incident }) => incident.severity === 'critical') ? marks.critical : marks.warning;
  const subject = fill(words.unkeptSubject[language], { worst, count: notices.length, host });
  return { subject, payload: JSON.stringify(letter) };
}
