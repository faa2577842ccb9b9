// Days of one source as runs of what they are.

import type { AccountCoverage, HeadlineSource } from '../../backend/bindings';

export type Mark = 'used' | 'there' | 'missing' | 'none';

export interface MarkedRun {
  mark: Mark;
  /** In percent of the period. */
  x: number;
  width: number;
  from: string;
  to: string;
}

export function marked(account: AccountCoverage, source: HeadlineSource): MarkedRun[] {
  const all = account.days.length;
  const found: MarkedRun[] = [];
  account.days.forEach((day, at) => {
    const here = day.sources.includes(source);
    const mark: Mark = here ? (day.used === source ? 'used' : 'there') : day.missing ? 'missing' : 'none';
    const last = found.at(-1);
    if (last?.mark === mark) {
      last.to = day.date;
      last.width += 100 / all;
    } else found.push({ mark, x: (at / all) * 100, width: 100 / all, from: day.date, to: day.date });
  });
  return found;
}
