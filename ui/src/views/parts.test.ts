import { expect, it } from 'vitest';
import { mapping } from '../backend/fixtures/files';
import { keys } from '../frame/keys';
import { START } from '../state/url';
import { pagesFor, WINDOW, windowAround, windowFor } from './calls/rows';
import { become, drop, fieldsOf, fix, groups, ownScore, read } from './files/mapping';
import { axis, runs } from './files/strips';
import { down, nextBy, shownBy, up } from './hotspots/levels';

it('reaches every row of a list that no browser could scroll', () => {
  const total = 100_000_000;
  expect(WINDOW * 29).toBeLessThan(16_000_000);
  for (const row of [0, 1, 49_999_999, 99_999_999]) {
    const base = windowAround(row, total);
    expect(base).toBeGreaterThanOrEqual(0);
    expect(row - base).toBeGreaterThanOrEqual(0);
    expect(row - base).toBeLessThan(WINDOW);
    expect(windowFor(base, row, row + 1, total)).toBe(base);
  }
  expect(windowAround(total, total)).toBe(total - WINDOW);
});
it('moves the window only near its ends', () => {
  expect(windowAround(37, 1000)).toBe(0);
  expect(windowFor(0, 200_000, 200_020, 1_204_311)).toBe(0);
  expect(windowFor(0, 399_000, 399_020, 1_204_311)).toBe(199_000);
  expect(windowFor(199_000, 199_100, 199_120, 1_204_311)).toBe(0);
  expect(windowFor(0, 1_204_310, 1_204_311, 1_204_311)).toBe(804_311);
  expect(pagesFor(95, 21, 100, 1000)).toEqual([0, 1]);
  expect(pagesFor(995, 21, 100, 1000)).toEqual([9]);
});

it('goes down and up the same way', () => {
  const offered = ['feature', 'model', 'team'] as const;
  const top = { ...START, by: ['feature' as const, 'team' as const] };
  const below = { ...top, ...down(top, top.by, ['review', 'legal']) };
  expect(below.drill).toEqual([[{ dimension: 'feature', value: 'review' }, { dimension: 'team', value: 'legal' }]]);
  expect(shownBy(below, offered)).toEqual(['model']);
  expect({ ...below, ...up(below) }).toEqual(top);
  expect(nextBy(offered, [[{ dimension: 'feature', value: '' }], [{ dimension: 'model', value: '' }], [{ dimension: 'team', value: '' }]])).toEqual([]);
});

it('shows holes between days', () => {
  const strip = { provider: 'azure', account: '', kind: 'usage' as const, from: '2026-10-03', to: '2026-10-10', days: 'xx..xxxx' };
  const on = axis([{ ...strip, from: '2026-10-01', days: '' }, strip]);
  expect(on.days).toBe(10);
  expect(runs(strip, on)).toMatchObject([
    { x: 20, width: 20, missing: false },
    { x: 40, width: 20, missing: true, from: '2026-10-05', to: '2026-10-06' },
    { x: 60, width: 40, missing: false },
  ]);
});

it('chooses columns from either side', () => {
  const { spec, fields } = mapping({ path: '', spec: null, mapping: null, kind: null, zone: null });
  const twice = read(spec, 'feature', 'deployment');
  expect(fieldsOf(twice, 'deployment')).toEqual(['model', 'feature']);
  // In a heading, a column becomes another thing; what else it is stays.
  expect(become(twice, 'deployment', 'customer').columns).toEqual({ ...spec.columns, model: undefined, feature: 'deployment', customer: 'deployment' });
  expect(fieldsOf(become(twice, 'deployment', ''), 'deployment')).toEqual([]);
  // A field has one column.
  expect(fieldsOf(become(spec, 'app', 'model'), 'deployment')).toEqual([]);
  expect(read(spec, 'model', '').columns).not.toHaveProperty('model');
  expect(fix(fix(spec, 'provider', 'azure'), 'provider', '').constants).toEqual({});
  expect(drop(fix(spec, 'model', 'm'), 'model')).toMatchObject({ constants: {}, columns: { timestamp: 'ts' } });
  expect(spec.columns).toHaveProperty('model', 'deployment');
  expect(groups(fields).map((g) => g.unit)).toEqual(['instant', 'text', 'tokens', 'money', 'milliseconds']);
  expect([ownScore('call', 'Helpful'), ownScore('charge', 'x')]).toEqual(['score.helpful', undefined]);
});

it('knows its keys', () => {
  let now = 0;
  const act = keys(() => now);
  const press = (key: string, ctrlKey = false) => act({ key, ctrlKey, metaKey: false, altKey: false });
  expect(press('k', true)).toEqual({ kind: 'find' });
  expect(press('h')).toBeUndefined();
  press('g');
  expect(press('h')).toEqual({ kind: 'show', view: 'hotspots' });
  press('g');
  now = 5000;
  expect(press('o')).toBeUndefined();
  expect(press(']')).toEqual({ kind: 'month', step: 1 });
});
