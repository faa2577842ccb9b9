// Where things are in a chart, in pixels: the canvas, the marks above it and the pointer agree on it.

import type { ChartSpec } from '../backend/bindings';
import { markLevels } from './labels';

export interface Layout {
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Width of a category. */
  step: number;
  /** A row of labels for each mark. */
  levels: number[];
}

export const LEVEL = 15;
const AXIS = 22;

export function layout(spec: ChartSpec, width: number): Layout {
  const heat = spec.shape.kind === 'heat_map';
  const left = heat ? 34 : 38;
  const right = 2;
  const inner = Math.max(1, width - left - right);
  const levels = heat ? [] : markLevels(spec.marks, spec.categories.length, inner);
  const rows = levels.length === 0 ? 0 : Math.max(...levels) + 1;
  return { left, right, top: heat ? 4 : 8 + rows * LEVEL, bottom: AXIS, step: inner / Math.max(1, spec.categories.length), levels };
}

/** A round distance between grid lines, so that about four fit. */
export function gridStep(most: number): number {
  if (most <= 0) return 1;
  const raw = most / 4;
  const ten = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 2.5, 5, 10].find((f) => f * ten >= raw * 0.85) ?? 10;
  return factor * ten;
}
