// Days with records as runs, on a time axis that all sources share.

import type { SourceStrip } from '../../backend/bindings';
import { addDays, daysBetween } from '../../format/dates';

export interface Run {
  /** In percent of the axis. */
  x: number;
  width: number;
  days: number;
  from: string;
  to: string;
  missing: boolean;
}

export interface Axis {
  from: string;
  days: number;
  /** First days of months, in percent. */
  ticks: { x: number; month: string }[];
}

export function axis(strips: readonly SourceStrip[]): Axis {
  const from = strips.reduce((a, s) => (s.from < a ? s.from : a), strips[0]?.from ?? '');
  const to = strips.reduce((a, s) => (s.to > a ? s.to : a), strips[0]?.to ?? '');
  if (from === '') return { from, days: 0, ticks: [] };
  const days = daysBetween(from, to);
  const ticks: Axis['ticks'] = [];
  for (let i = 0; i < days; i += 1) {
    const date = addDays(from, i);
    if (i === 0 || date.endsWith('-01')) ticks.push({ x: (i / days) * 100, month: date.slice(0, 7) });
  }
  // Two labels need room between them.
  return { from, days, ticks: ticks.filter((t, i) => i === 0 || t.x - (ticks[i - 1]?.x ?? 0) > 4 || ticks.length < 14) };
}

export function runs(strip: SourceStrip, on: Axis): Run[] {
  const offset = daysBetween(on.from, strip.from) - 1;
  const found: Run[] = [];
  for (let i = 0; i < strip.days.length; ) {
    let end = i;
    while (end < strip.days.length && strip.days[end] === strip.days[i]) end += 1;
    found.push({
      x: ((offset + i) / on.days) * 100,
      width: ((end - i) / on.days) * 100,
      days: end - i,
      from: addDays(strip.from, i),
      to: addDays(strip.from, end - 1),
      missing: strip.days[i] === '.',
    });
    i = end;
  }
  return found;
}
