import { expect, it } from 'vitest';
import type { ChartSpec } from '../../backend/bindings';
import { marked } from './coverage';

it('puts days that are alike together', () => {
  const chart: ChartSpec = {
    title: '',
    subtitle: '',
    shape: {
      kind: 'days',
      strips: [
        ['used', 'used', 'absent', 'missing'],
        ['there', 'there', 'partial', 'missing'],
      ],
    },
    unit: 'count',
    categories: ['2026-10-01', '2026-10-02', '2026-10-03', '2026-10-04'],
    missing: [2, 3],
    series: [],
    marks: [],
  };
  const [invoice, logs] = marked(chart);
  expect(invoice?.map((r) => [r.mark, r.from, r.to, r.x, r.width])).toEqual([
    ['used', '2026-10-01', '2026-10-02', 0, 50],
    ['absent', '2026-10-03', '2026-10-03', 50, 25],
    ['missing', '2026-10-04', '2026-10-04', 75, 25],
  ]);
  expect(logs?.map((r) => r.mark)).toEqual(['there', 'partial', 'missing']);
});
