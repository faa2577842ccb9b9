// Strips of days as runs of days that are alike.

import type { Coverage, DayMark } from '../../backend/bindings';

export interface MarkedRun {
  mark: DayMark;
  /** In percent of the period. */
  x: number;
  width: number;
  from: string;
  to: string;
}

/** The runs of every source, in the order of the accounts and their sources. */
export function marked(chart: Coverage['chart']): MarkedRun[][] {
  const strips = chart.shape.kind === 'days' ? chart.shape.strips : [];
  return strips.map((strip) => {
    const all = strip.length;
    const found: MarkedRun[] = [];
    strip.forEach((mark, at) => {
      const date = chart.categories[at] ?? '';
      const last = found.at(-1);
      if (last?.mark === mark) {
        last.to = date;
        last.width += 100 / all;
      } else found.push({ mark, x: (at / all) * 100, width: 100 / all, from: date, to: date });
    });
    return found;
  });
}
