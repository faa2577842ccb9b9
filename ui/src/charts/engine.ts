// The parts of ECharts that are used, and a first drawing that nobody sees.

import { BarChart, HeatmapChart, LineChart } from 'echarts/charts';
import { GridComponent, VisualMapComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { ChartSpec, Series } from '../backend/bindings';
import { option } from './option';
import { readPalette } from './palette';

use([BarChart, LineChart, HeatmapChart, GridComponent, VisualMapComponent, CanvasRenderer]);

export { init };

const DAYS = Array.from({ length: 31 }, (_, day) => `${day + 1}`);

function unseen(shape: ChartSpec['shape'], names: readonly string[]): ChartSpec {
  const series = names.map((of): Series => ({ name: of, values: DAYS.map((_, day) => day), hue: { role: 'provider', of } }));
  return { title: '', subtitle: '', shape, unit: 'money', categories: DAYS, series, missing: [], marks: [] };
}

/**
 * Draws a chart of each shape that is on a first screen, off the page. The engine compiles code when it first runs:
 * that was half of the time that the first chart took, and can be spent while the core is still reading.
 */
export function warmUp(): void {
  const host = document.createElement('div');
  for (const spec of [unseen({ kind: 'stacked_bars' }, ['openai', 'anthropic', 'google']), unseen({ kind: 'heat_map' }, ['Mon', 'Tue'])]) {
    const chart = init(host, null, { renderer: 'canvas', width: 800, height: 200 });
    const made = option(spec, readPalette(), 800);
    if (made) chart.setOption(made);
    chart.dispose();
  }
}
