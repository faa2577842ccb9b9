import { expect, it } from 'vitest';
import { filterOf, fromHash, START, toHash, type Place } from './url';

const place: Place = {
  ...START,
  view: 'hotspots',
  month: '2026-10',
  zone: 'America/New_York',
  conditions: [
    { dimension: 'feature', values: ['a,b & c', ''], negate: false },
    { dimension: 'model', values: ['ft:gpt-4.1:x'], negate: true },
  ],
  by: ['model', 'team'],
  drill: [[{ dimension: 'customer', value: 'Ä;=: 100 %' }, { dimension: 'team', value: '' }], [{ dimension: 'status', value: 'ok' }]],
  call: '0f',
};

it('survives the address', () => {
  expect(fromHash(toHash(place))).toEqual(place);
  expect(fromHash(toHash(START))).toEqual(START);
});
it('keeps custom dates only where no month is given', () => {
  const custom: Place = { ...START, from: '2026-10-03', to: '2026-10-09' };
  expect(fromHash(toHash(custom))).toEqual(custom);
  expect(toHash({ ...custom, month: '2026-10' })).toBe('#/overview?month=2026-10');
});
it('does not stumble over a bad address', () => {
  expect(fromHash('#/nowhere?month=2026-13&from=yesterday&x&zone=%E0%A4%A')).toMatchObject({ view: 'overview', month: null, from: null });
});
it('gives the core a filter with the way down', () => {
  const filter = filterOf(place, place.drill);
  expect(filter.month).toBe('2026-10');
  expect(filter.conditions.map((c) => c.dimension)).toEqual(['feature', 'model', 'customer', 'team', 'status']);
  expect(filter.conditions[2]).toEqual({ dimension: 'customer', values: ['Ä;=: 100 %'], negate: false });
});
