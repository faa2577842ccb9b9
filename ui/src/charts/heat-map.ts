// Rows (series) by columns (categories), darker = more. A cell without an answer is left open.

import type { EChartsCoreOption } from 'echarts/core';
import type { ChartSpec } from '../backend/bindings';
import { labelled } from './labels';
import { layout } from './layout';
import type { Palette } from './palette';

export function heatMap(spec: ChartSpec, palette: Palette, width: number): EChartsCoreOption {
  const cells = spec.series.flatMap((row, y) =>
    row.values.flatMap((value, x) => (value === null ? [] : [[x, y, value] as const])),
  );
  const most = Math.max(...cells.map((c) => c[2]), 0);
  const shown = labelled(spec.categories.length, Math.max(2, Math.floor(width / 52)));
  const at = layout(spec, width);
  return {
    animation: false,
    textStyle: { fontFamily: palette.font, fontSize: 11 },
    grid: { left: at.left, right: at.right, top: at.top, bottom: at.bottom },
    xAxis: {
      type: 'category',
      data: spec.categories,
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { color: palette.ink3, fontSize: 11, margin: 8, interval: (index: number) => shown(index) },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: spec.series.map((s) => s.name),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { color: palette.ink3, fontSize: 11, margin: 8 },
    },
    visualMap: { show: false, min: 0, max: most || 1, inRange: { color: [...palette.heat] } },
    series: [
      {
        type: 'heatmap',
        data: cells,
        silent: true,
        itemStyle: { borderColor: palette.paper, borderWidth: 1.5 },
      },
    ],
  };
}
