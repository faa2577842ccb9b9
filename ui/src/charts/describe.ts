// A chart in a sentence, for those who hear it, and its values as rows.

import type { ChartSpec } from '../backend/bindings';
import { chartValue } from '../format/format';
import { text } from '../text/en';
import { fullLabel, hourLabel } from './labels';

export function totals(spec: ChartSpec): (number | null)[] {
  const own = spec.series.filter((s) => s.hue.role !== 'reference' && s.hue.role !== 'missing');
  return spec.categories.map((_, i) => {
    const known = own.map((s) => s.values[i] ?? null).filter((v) => v !== null);
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
  });
}

/** Says the answer: title, highest and lowest, what is missing, what happened. */
export function describe(spec: ChartSpec, currency: string): string {
  const value = (v: number) => chartValue(v, spec.unit, currency);
  if (spec.shape.kind === 'heat_map') {
    let best: { row: string; column: string; value: number } | undefined;
    for (const row of spec.series) {
      row.values.forEach((v, i) => {
        if (v !== null && v > (best?.value ?? -Infinity)) {
          best = { row: row.name, column: spec.categories[i] ?? '', value: v };
        }
      });
    }
    return best
      ? text.chart.heatAnswer(spec.title, best.row, hourLabel(best.column), value(best.value))
      : text.chart.nothing(spec.title);
  }
  const all = totals(spec);
  const known = all.flatMap((v, i) => (v === null ? [] : [{ v, label: fullLabel(spec.categories[i] ?? '') }]));
  if (known.length === 0) return text.chart.nothing(spec.title);
  const most = known.reduce((a, b) => (b.v > a.v ? b : a));
  const least = known.reduce((a, b) => (b.v < a.v ? b : a));
  return [
    text.chart.answer(spec.title, most.label, value(most.v), least.label, value(least.v)),
    ...(spec.missing.length > 0 ? [text.chart.missing(spec.missing.length)] : []),
    ...spec.marks.map((m) => text.chart.mark(fullLabel(spec.categories[m.at] ?? ''), m.label)),
  ].join(' ');
}

export interface Reading {
  label: string;
  lines: { name: string; value: string; hue: ChartSpec['series'][number]['hue'] }[];
  total: string | null;
  marks: string[];
  missing: boolean;
}

/** What is read at one category (and row, in a heat map). */
export function reading(spec: ChartSpec, currency: string, index: number, row = 0): Reading {
  const value = (v: number | null | undefined) =>
    v === null || v === undefined ? text.unknown : chartValue(v, spec.unit, currency);
  const label = fullLabel(spec.categories[index] ?? '');
  if (spec.shape.kind === 'heat_map') {
    const series = spec.series[row];
    return {
      label: `${series?.name ?? ''} ${hourLabel(label)}`,
      lines: [],
      total: value(series?.values[index]),
      marks: [],
      missing: false,
    };
  }
  const lines = spec.series
    .filter((s) => s.hue.role !== 'missing' && (s.values[index] ?? null) !== null)
    .map((s) => ({ name: s.name, value: value(s.values[index]), hue: s.hue }))
    .reverse();
  const sum = totals(spec)[index] ?? null;
  return {
    label,
    lines,
    total: spec.shape.kind === 'stacked_bars' && lines.length > 1 ? value(sum) : null,
    marks: spec.marks.filter((m) => m.at === index).map((m) => m.label),
    missing: spec.missing.includes(index),
  };
}
