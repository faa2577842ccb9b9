// Bars stacked by series; reference series are lines; missing categories are hollow and dashed. Lines alike.

import type { EChartsCoreOption } from 'echarts/core';
import type { ChartSpec, Series, Unit } from '../backend/bindings';
import { short, share } from '../format/format';
import { axisLabel, labelled } from './labels';
import { gridStep, layout } from './layout';
import { colour, type Palette } from './palette';

function total(spec: ChartSpec, index: number): number {
  return spec.series
    .filter((s) => s.hue.role !== 'reference')
    .reduce((sum, s) => sum + Math.max(0, s.values[index] ?? 0), 0);
}

/** The height of a hollow bar: what is not known has no true height. */
export function hollow(spec: ChartSpec): number {
  const totals = spec.categories.map((_, i) => total(spec, i));
  return Math.max(...totals, 1) * 0.13;
}

/** The highest point of bars, hollow ones included, and lines. */
function highest(spec: ChartSpec): number {
  const stacked = spec.shape.kind === 'stacked_bars';
  const bars = stacked ? spec.categories.map((_, i) => total(spec, i) + (spec.missing.includes(i) ? hollow(spec) : 0)) : [];
  const lines = spec.series
    .filter((s) => !stacked || s.hue.role === 'reference')
    .flatMap((s) => s.values.map((v) => v ?? 0));
  return [...bars, ...lines].reduce((a, b) => Math.max(a, b), 0);
}

function axisText(unit: Unit): (value: number) => string {
  return unit === 'share' ? (value) => share(value) : short;
}

function line(series: Series, palette: Palette): object {
  const reference = series.hue.role === 'reference';
  return {
    type: 'line',
    name: series.name,
    data: series.values.map((v) => v ?? '-'),
    symbol: 'none',
    silent: true,
    z: reference ? 5 : 3,
    lineStyle: { color: reference ? palette.reference : colour(series.hue, palette), width: reference ? 1.5 : 1.8 },
  };
}

function edge(series: Series, palette: Palette): object {
  return { ...line(series, palette), name: '', z: 4, lineStyle: { color: palette.paper, width: 3, opacity: 0.4 } };
}

function bar(series: Series, palette: Palette): object {
  const missing = series.hue.role === 'missing';
  return {
    type: 'bar',
    name: series.name,
    stack: 'all',
    data: series.values.map((v) => v ?? '-'),
    barCategoryGap: '14%',
    silent: true,
    itemStyle: missing
      ? { color: 'transparent', borderColor: palette.ghost, borderWidth: 1, borderType: [3, 3] }
      : { color: colour(series.hue, palette), borderColor: palette.paper, borderWidth: 0.5 },
  };
}

export function barsOrLines(spec: ChartSpec, palette: Palette, width: number): EChartsCoreOption {
  const stacked = spec.shape.kind === 'stacked_bars';
  const series = spec.series.flatMap((s) => {
    if (stacked && s.hue.role !== 'reference') return [bar(s, palette)];
    // A line across bars needs an edge of its own.
    return stacked ? [edge(s, palette), line(s, palette)] : [line(s, palette)];
  });
  if (stacked && spec.missing.length > 0 && !spec.series.some((s) => s.hue.role === 'missing')) {
    const height = hollow(spec);
    const values = spec.categories.map((_, i) => (spec.missing.includes(i) ? height : null));
    series.push(bar({ name: '', values, hue: { role: 'missing' } }, palette));
  }
  const most = highest(spec);
  const interval = gridStep(most);
  const at = layout(spec, width);
  const shown = labelled(spec.categories.length, Math.max(2, Math.floor(width / 90)));
  const text = axisText(spec.unit);
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    grid: { left: at.left, right: at.right, top: at.top, bottom: at.bottom },
    xAxis: {
      type: 'category',
      data: spec.categories,
      boundaryGap: stacked,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.rule, width: 1.2 } },
      axisLabel: {
        color: palette.ink3,
        fontSize: 11,
        margin: 8,
        interval: (index: number) => shown(index),
        formatter: (category: string) => axisLabel(category, spec.categories),
      },
    },
    yAxis: {
      type: 'value',
      // Up to the data, not to the next round figure: the room belongs to the bars.
      max: Math.max(most * 1.02, interval),
      interval,
      axisLabel: { color: palette.ink3, fontSize: 11, margin: 8, showMaxLabel: false, formatter: (v: number) => (v === 0 ? '0' : text(v)) },
      splitLine: { showMaxLine: false, lineStyle: { color: palette.rule, width: 1 } },
    },
    series,
  };
}
