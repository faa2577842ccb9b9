// ChartSpec -> what ECharts draws: pure, one adapter a shape.

import type { EChartsCoreOption } from 'echarts/core';
import type { ChartSpec } from '../backend/bindings';
import { barsOrLines } from './bars';
import { heatMap } from './heat-map';
import type { Palette } from './palette';

/** `undefined` where the shape is drawn in the rows of a table. */
export function option(spec: ChartSpec, palette: Palette, width: number): EChartsCoreOption | undefined {
  switch (spec.shape.kind) {
    case 'stacked_bars':
    case 'lines':
      return barsOrLines(spec, palette, width);
    case 'heat_map':
      return heatMap(spec, palette, width);
    case 'pareto':
    case 'waterfall':
    case 'days':
      return undefined;
  }
}
