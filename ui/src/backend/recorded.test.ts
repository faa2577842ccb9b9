import { expect, it } from 'vitest';
import { addDecimals } from '../format/decimal';
import type { Filter, Hotspots, Overview } from './bindings';
import { answers } from './recorded';

const known = answers('');
const filter: Filter = { month: '2026-10', from: null, to: null, zone: null, conditions: [] };
const same = (parts: string[], total: string) => {
  expect(addDecimals([...parts, `-${total}`])).toMatch(/^0(\.0+)?$/);
};

it('has an overview whose parts add up', () => {
  const view = known.overview({ filter }, () => undefined) as Overview;
  same(view.table.rows.filter((r) => r.kind !== 'total').flatMap((r) => r.cells.flatMap((c) => (c.kind === 'money' ? [c.value.amount] : []))), view.total.amount);
  same(view.trust.sources.map((s) => s.amount.amount), view.total.amount);
  same([...view.movers.map((m) => m.change.amount), view.previous?.amount ?? ''], view.total.amount);
});

it('has hotspots whose rows, others and rest add up at every level', () => {
  for (const conditions of [[], [{ dimension: 'feature' as const, values: ['contract-review'], negate: false }]]) {
    const view = known.hotspots({ filter: { ...filter, conditions }, by: ['model'], top: 5, from_sums: false }, () => undefined) as Hotspots;
    same([...view.rows.map((r) => r.cost.amount), ...[view.others, view.not_in_logs].flatMap((m) => (m ? [m.amount] : []))], view.total.amount);
  }
});

it('has bills whose lines add up to the cost', async () => {
  for (const id of ['000000000000', '000000000001', '0000000003e8']) {
    const bill = await known.bill({ id }, () => undefined);
    same(bill.lines.flatMap((l) => (l.amount ? [l.amount.amount] : [])), bill.cost?.amount ?? '');
  }
});

it('keeps imported + duplicate + rejected = rows', async () => {
  const reply = await known.import({ paths: ['a'], format: null, mapping: null, zone: null, account: null }, () => undefined);
  for (const file of reply.files) expect(file.imported + file.duplicate + file.rejected).toBe(file.rows);
});
