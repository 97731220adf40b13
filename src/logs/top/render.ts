import type { Top } from './top.ts';

/** The table fits a terminal and a mail of this many columns. */
const columns = 80;
const valueColumns = 40;

/** The most frequent abnormal requests as a table for a person. */
export function renderTop({ by, window, rows, total, approximate }: Top): string {
  const span = `${localMinute(window.from)} to ${localMinute(window.to)}`;
  const about = approximate ? ' (rare ones left out)' : '';
  if (total === 0) return `No abnormal requests from ${span}.\n`;
  const table = rows.map(({ value, count, statuses }) => {
    const share = `${Math.round((count / total) * 100)}%`;
    return line(String(count), share, printable(value), statusList(statuses));
  });
  const lines = [
    `${total} abnormal requests from ${span}`,
    '',
    line('count', 'share', `${by}${about}`, 'statuses'),
    ...table,
  ];
  return `${lines.join('\n')}\n`;
}

function line(count: string, share: string, value: string, statuses: string): string {
  const short = value.length > valueColumns ? `${value.slice(0, valueColumns - 1)}…` : value;
  const text = `${count.padStart(9)} ${share.padStart(5)}  ${short.padEnd(valueColumns)} ${statuses}`;
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
}

/** `429 ×12, 401 ×3`; a request without a status was never answered. */
function statusList(statuses: Readonly<Record<string, number>>): string {
  return Object.entries(statuses)
    .sort(([, a], [, b]) => b - a)
    .map(([status, count]) => `${status === '0' ? 'none' : status} ×${count}`)
    .join(', ');
}

/** What callers send must not move the cursor of the terminal. */
const printable = (value: string) => value.replace(/\p{C}/gu, '?');

function localMinute(at: number): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
