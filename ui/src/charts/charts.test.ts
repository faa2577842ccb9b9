import { describe as group, expect, it } from 'vitest';
import type { ChartSpec } from '../backend/bindings';
import { describe, reading, totals } from './describe';
import { axisLabel, labelled, markLevels } from './labels';
import { gridStep, layout } from './layout';
import { option } from './option';
import type { Palette } from './palette';
import { paretoPieces } from './pareto';

const palette: Palette = {
  paper: '#fff', ink: '#000', ink2: '#222', ink3: '#444', rule: '#eee', ghost: '#bbb', reference: '#999', accent: '#066', warn: '#850',
  providers: { openai: '#011', anthropic: '#022', google: '#033', azure: '#044', bedrock: '#055', mistral: '#066', other: '#077' },
  heat: ['#0', '#1', '#2', '#3', '#4'],
  font: 'Inter',
};
const spec: ChartSpec = {
  title: 'When did it move?',
  subtitle: '',
  shape: { kind: 'stacked_bars' },
  unit: 'money',
  categories: ['2026-10-01', '2026-10-02', '2026-10-03'],
  missing: [2],
  series: [
    { name: 'OpenAI', values: [100, 300, 50], hue: { role: 'provider', of: 'openai' } },
    { name: 'Azure', values: [10, 20, null], hue: { role: 'provider', of: 'azure' } },
    { name: 'September', values: [90, 95, null], hue: { role: 'reference' } },
  ],
  marks: [{ at: 1, label: 'price cut' }],
};

interface Drawn {
  type: string;
  data: unknown[];
  stack?: string;
  itemStyle?: { color: string; borderType?: unknown };
  lineStyle?: { color: string };
}
const drawn = (of: ChartSpec) => (option(of, palette, 800) as { series: Drawn[] }).series;

group('stacked bars', () => {
  it('stacks providers in their hues and draws the month before as a line', () => {
    const series = drawn(spec);
    expect(series.filter((s) => s.type === 'bar' && s.stack === 'all').map((s) => s.itemStyle?.color)).toEqual(['#011', '#044', 'transparent']);
    expect(series.filter((s) => s.type === 'line').at(-1)?.lineStyle?.color).toBe('#999');
  });
  it('draws what is missing hollow and dashed, and never as 0', () => {
    const series = drawn(spec);
    expect(series[1]?.data).toEqual([10, 20, '-']);
    expect(series.at(-1)).toMatchObject({ data: ['-', '-', expect.any(Number)], itemStyle: { borderType: [3, 3] } });
  });
  it('leaves the reference out of totals', () => {
    expect(totals(spec)).toEqual([110, 320, 50]);
  });
});

it('draws a heat map without a cell where nothing is known', () => {
  const heat: ChartSpec = {
    ...spec, shape: { kind: 'heat_map' }, categories: ['0', '1'], missing: [], marks: [],
    series: [{ name: 'Mon', values: [1, null], hue: { role: 'main' } }, { name: 'Tue', values: [0, 4], hue: { role: 'main' } }],
  };
  expect(drawn(heat)[0]?.data).toEqual([[0, 0, 1], [0, 1, 0], [1, 1, 4]]);
  expect(describe(heat, 'USD')).toContain('Most on Tue at 01:00 with $4.00');
  expect(reading(heat, 'USD', 1, 0).total).toBe('not known');
});

it('leaves Pareto bars to their table', () => {
  expect(option({ ...spec, shape: { kind: 'pareto', running: [] } }, palette, 800)).toBeUndefined();
  expect(paretoPieces([50, 25], [0.5, 0.75], 100)).toEqual([
    { bar: 50, line: [50, 50, 62.5] },
    { bar: 25, line: [62.5, 75, 75] },
  ]);
});

it('says the answer', () => {
  expect(describe(spec, 'USD')).toBe(
    'When did it move? Highest Fri 2 Oct with $320.00, lowest Sat 3 Oct with $50.00. 1 incomplete. Fri 2 Oct: price cut.',
  );
  expect(reading(spec, 'USD', 1)).toMatchObject({ label: 'Fri 2 Oct', total: '$320.00', marks: ['price cut'] });
});

it('labels the axis evenly and names the last day', () => {
  const shown = Array.from({ length: 31 }, (_, i) => i).filter(labelled(31, 9));
  expect(shown).toEqual([0, 5, 10, 15, 20, 25, 30]);
  expect(axisLabel('2026-10-14', spec.categories)).toBe('14');
  expect(axisLabel('2026-10-14', ['2026-09-30', '2026-10-14'])).toBe('14 Oct');
});

it('keeps marks apart', () => {
  expect(markLevels([{ at: 11, label: 'prompt v7' }, { at: 12, label: 'rate limits' }, { at: 25, label: 'cut' }], 31, 900)).toEqual([0, 1, 0]);
  expect(layout(spec, 800).top).toBe(23);
  expect([gridStep(4200), gridStep(11), gridStep(0)]).toEqual([1000, 2.5, 1]);
});
