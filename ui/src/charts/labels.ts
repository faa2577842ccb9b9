// What is printed along an axis.

import { dayLabel, isDate, weekday } from '../format/dates';

/** Which categories get a label: the first, then evenly, so that about `most` fit. */
export function labelled(total: number, most: number): (index: number) => boolean {
  const steps = [1, 2, 5, 7, 10, 15, 30, 60, 90, 180, 365];
  const step = steps.find((s) => total / s <= most) ?? Math.ceil(total / most);
  return (index) => {
    const last = total - 1;
    // The last one is always named; its neighbour makes room.
    return index === last || (index % step === 0 && last - index >= step * 0.75);
  };
}

/** `14` within a month, `14 Oct` beyond one; other categories as they are. */
export function axisLabel(category: string, all: readonly string[]): string {
  if (!isDate(category)) return category;
  const oneMonth = all[0]?.slice(0, 7) === all.at(-1)?.slice(0, 7);
  return oneMonth ? String(Number(category.slice(8, 10))) : dayLabel(category);
}

/** `Wed 14 Oct` in a tooltip. */
export function fullLabel(category: string): string {
  return isDate(category) ? `${weekday(category)} ${dayLabel(category)}` : category;
}

/** `12:00` where a column of a heat map is an hour. */
export function hourLabel(category: string): string {
  return /^\d{1,2}$/.test(category) ? `${category.padStart(2, '0')}:00` : category;
}

/** Rows for marks, so that neighbouring labels do not run into one another. */
export function markLevels(marks: readonly { at: number; label: string }[], total: number, width: number): number[] {
  const ends: number[] = [];
  const perCategory = width / Math.max(1, total);
  return marks.map(({ at, label }) => {
    const start = at * perCategory;
    let level = 0;
    while ((ends[level] ?? -1) > start) level += 1;
    ends[level] = start + label.length * 6.2 + 14;
    return level;
  });
}
