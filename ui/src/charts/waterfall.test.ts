import { expect, test } from 'vitest';
import { waterfall } from './waterfall';

test('bars hang together, and begin at 0 where the steps are large', () => {
  const { bars, ends, cut } = waterfall([10, 10, -15, 5]);
  expect(cut).toBe(false);
  expect(bars).toEqual([
    { from: 0, to: 50 },
    { from: 50, to: 100 },
    { from: 25, to: 100 },
    { from: 0, to: 25 },
  ]);
  expect(ends).toEqual([50, 100, 25, 25]);
});

test('small steps between large totals are seen', () => {
  const { bars, cut } = waterfall([100, 4, -2, 102]);
  expect(cut).toBe(true);
  // From 98 to 104.
  expect(bars.map((bar) => [bar.from, bar.to].map(Math.round))).toEqual([
    [0, 33],
    [33, 100],
    [67, 100],
    [0, 67],
  ]);
});

test('nothing is drawn of nothing', () => {
  expect(waterfall([0, 0]).bars).toEqual([
    { from: 0, to: 0 },
    { from: 0, to: 0 },
  ]);
});
