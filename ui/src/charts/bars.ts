// Bars stacked by series; reference series are lines; missing categories are hollow and dashed. Lines alike.

import type { EChartsCoreOption } from 'echarts/core';
import type { ChartSpec, Series, Unit } from '../backend/bindings';
import { short, share } from '../format/format';
import { axisLabel, labelled, markLevels } from './labels';
import { colour, type Palette } from './palette';

const TOP = 10;
const LEVEL = 15;

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

function axisText(unit: Unit): (value: number) => string {
  return unit === 'share' ? (value) => share(value) : short;
}

function marks(spec: ChartSpec, palette: Palette, width: number): object | undefined {
  if (spec.marks.length === 0) return undefined;
  const levels = markLevels(spec.marks, spec.categories.length, width);
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    lineStyle: { color: palette.ink3, type: [2, 3], width: 1 },
    data: spec.marks.map((mark, i) => {
      const late = mark.at > spec.categories.length * 0.86;
      return {
        xAxis: mark.at,
        label: {
          show: true,
          position: 'end',
          formatter: mark.label,
          color: palette.ink2,
          fontSize: 11,
          fontFamily: palette.font,
          align: late ? 'right' : 'left',
          verticalAlign: 'top',
          padding: late ? [0, 5, 0, 0] : [0, 0, 0, 5],
          distance: 0,
          offset: [0, (levels[i] ?? 0) * LEVEL],
        },
      };
    }),
  };
}

/** How much room marks need above the highest bar, in levels. */
function levels(spec: ChartSpec, width: number): number {
  return spec.marks.length === 0 ? 0 : 1 + Math.max(...markLevels(spec.marks, spec.categories.length, width));
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
    lineStyle: { color: colour(series.hue, palette), width: reference ? 1.5 : 1.8 },
  };
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
  const series = spec.series.map((s) => (stacked && s.hue.role !== 'reference' ? bar(s, palette) : line(s, palette)));
  if (stacked && spec.missing.length > 0 && !spec.series.some((s) => s.hue.role === 'missing')) {
    const height = hollow(spec);
    const values = spec.categories.map((_, i) => (spec.missing.includes(i) ? height : null));
    series.push(bar({ name: '', values, hue: { role: 'missing' } }, palette));
  }
  const drawn = marks(spec, palette, width);
  if (drawn && series[0]) series[0] = { ...series[0], markLine: drawn };
  const shown = labelled(spec.categories.length, Math.max(2, Math.floor(width / 90)));
  const text = axisText(spec.unit);
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    grid: { left: 38, right: 2, top: TOP + LEVEL * levels(spec, width), bottom: 22 },
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
      splitNumber: 4,
      axisLabel: { color: palette.ink3, fontSize: 11, margin: 8, formatter: (v: number) => (v === 0 ? '0' : text(v)) },
      splitLine: { lineStyle: { color: palette.rule, width: 1 } },
    },
    series,
  };
}
