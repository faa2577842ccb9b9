import { expect, it } from 'vitest';
import { addDays, clockLabel, dateOf, daysBetween, instant, isDate, neighbour, spanLabel, weekday } from './dates';

it('counts days without a zone', () => {
  expect(daysBetween('2026-10-01', '2026-10-31')).toBe(31);
  // The clocks go back on the 25th in Berlin: still one day.
  expect(addDays('2026-10-24', 2)).toBe('2026-10-26');
  expect(weekday('2026-10-14')).toBe('Wed');
});
it('takes days of the calendar only', () => {
  expect(['2026-10-31', '2028-02-29'].every(isDate)).toBe(true);
  expect(['2026-02-30', '2026-13-01', '31.10.2026', '2026-1-1', ''].some(isDate)).toBe(false);
});
it('names spans', () => {
  expect(spanLabel('2026-10-01', '2026-10-31')).toBe('1 to 31 Oct 2026');
  expect(spanLabel('2026-09-28', '2026-10-03')).toBe('28 Sep to 3 Oct 2026');
  expect(spanLabel('2026-10-14', '2026-10-14')).toBe('14 Oct 2026');
});
it('shows instants in the zone asked for', () => {
  expect(instant('2026-10-31T22:59:51Z', 'Europe/Berlin')).toBe('2026-10-31 23:59');
  expect(dateOf('2026-09-30T22:00:04Z', 'Europe/Berlin')).toBe('2026-10-01');
});
it('steps over months without records', () => {
  const months = ['2026-06', '2026-08', '2026-10'];
  expect(neighbour(months, '2026-08', 1)).toBe('2026-10');
  expect(neighbour(months, '2026-07', -1)).toBe('2026-06');
  expect(neighbour(months, '2026-10', 1)).toBeUndefined();
});

it('tells the clock of a local time', () => {
  expect(clockLabel('2026-10-04 09:12:33')).toBe('4 Oct 09:12');
  expect(clockLabel('2026-10-04 09:12:33', true)).toBe('4 Oct 09:12:33');
});
