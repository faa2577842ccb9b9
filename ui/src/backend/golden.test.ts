// The core's own replies (tests/golden/replies, written by its contract test) must be drawable and printable here.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describe } from '../charts/describe';
import { option } from '../charts/option';
import type { Palette } from '../charts/palette';
import { money, share } from '../format/format';
import type { Cell, ChartSpec, Money } from './bindings';

const FOLDER = new URL('../../../tests/golden/replies/', import.meta.url);
const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((f) => f.endsWith('.json')) : [];
const palette = { providers: {}, heat: [] } as unknown as Palette;

function walk(value: unknown, visit: (node: Record<string, unknown>) => void): void {
  if (Array.isArray(value)) for (const item of value as unknown[]) walk(item, visit);
  else if (typeof value === 'object' && value !== null) {
    visit(value as Record<string, unknown>);
    for (const item of Object.values(value)) walk(item, visit);
  }
}

it.each(files)('%s', (file) => {
  walk(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')), (node) => {
    if ('amount' in node && 'currency' in node) expect(money(node as unknown as Money)).not.toContain('NaN');
    if ('kind' in node && node['kind'] === 'share') expect(share((node as Cell & { kind: 'share' }).value)).toContain('%');
    if ('shape' in node && 'categories' in node) {
      const spec = node as unknown as ChartSpec;
      for (const series of spec.series) expect(series.values).toHaveLength(spec.categories.length);
      option(spec, palette, 800);
      expect(describe(spec, 'USD')).toContain(spec.title);
    }
  });
});

it('reads what the core has written so far', () => {
  expect(files.every((f) => f.endsWith('.json'))).toBe(true);
});
