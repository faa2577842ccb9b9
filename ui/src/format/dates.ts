// Dates as texts: `2026-10-14`. Arithmetic is on UTC days, so no zone can shift one.

const DAY = 86_400_000;
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] as const;

/** Whether it is a day of the calendar: not the 30th of February, which engines read as March. */
export const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;
export const isMonth = (text: string): boolean => /^\d{4}-(0[1-9]|1[0-2])$/.test(text);

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
}

/** Days from `from` to `to`, both included. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY) + 1;
}

/** `October 2026`. */
export function monthLabel(month: string): string {
  return `${MONTHS[Number(month.slice(5, 7)) - 1] ?? month} ${month.slice(0, 4)}`;
}

/** `Oct`. */
export function monthShort(month: string): string {
  return (MONTHS[Number(month.slice(5, 7)) - 1] ?? '').slice(0, 3);
}

/** `14 Oct 2026`. */
export function dateLabel(date: string): string {
  return isDate(date) ? `${dayLabel(date)} ${date.slice(0, 4)}` : date;
}

/** `14 Oct`. */
export function dayLabel(date: string): string {
  return isDate(date) ? `${Number(date.slice(8, 10))} ${monthShort(date)}` : date;
}

/** `Wed`. */
export function weekday(date: string): string {
  return ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][new Date(Date.parse(date)).getUTCDay()] ?? '';
}

/** `1 to 31 Oct 2026`, `28 Sep to 3 Oct 2026`, `14 Oct 2026`. */
export function spanLabel(from: string, to: string): string {
  if (from === to) return dateLabel(from);
  if (from.slice(0, 7) === to.slice(0, 7)) return `${Number(from.slice(8, 10))} to ${dateLabel(to)}`;
  return `${from.slice(0, 4) === to.slice(0, 4) ? dayLabel(from) : dateLabel(from)} to ${dateLabel(to)}`;
}

/** An RFC 3339 instant in a zone: `2026-10-14 09:12`. */
export function instant(at: string, zone: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const part = Object.fromEntries(format.formatToParts(time).map((p) => [p.type, p.value]));
  return `${part['year']}-${part['month']}-${part['day']} ${part['hour']}:${part['minute']}`;
}

/** `14 Oct 09:12` of a local time `2026-10-14 09:12:33`; with its seconds where asked. */
export function clockLabel(local: string, seconds = false): string {
  return `${dayLabel(local.slice(0, 10))} ${local.slice(11, seconds ? 19 : 16)}`;
}

/** The date of an RFC 3339 instant in a zone. */
export function dateOf(at: string, zone: string): string {
  return instant(at, zone).slice(0, 10);
}

/** The months before and after one among those that have records. */
export function neighbour(months: readonly string[], month: string, step: -1 | 1): string | undefined {
  const at = months.indexOf(month);
  if (at >= 0) return months[at + step];
  return step < 0 ? months.findLast((m) => m < month) : months.find((m) => m > month);
}
