// Pareto bars are drawn in the rows of their table, so that bar, figure and cause are read in one line.
// Per row: the bar's length and the piece of the running-share line that crosses the row. All in percent of the cell.

export interface ParetoPiece {
  /** Length of the bar. */
  bar: number;
  /** Where the running line enters, bends and leaves the row: x at top, middle, bottom. */
  line: readonly [number, number, number];
}

/** Bars and line share one scale, 0 to 100 % of the total: the line begins where the first bar ends. */
export function paretoPieces(values: readonly number[], running: readonly number[], total: number): ParetoPiece[] {
  return values.map((value, i) => {
    const here = at(running[i]);
    const above = i === 0 ? here : at(running[i - 1]);
    const below = i === values.length - 1 ? here : at(running[i + 1] ?? running[i]);
    return { bar: at(Math.abs(value) / (total || 1)), line: [(above + here) / 2, here, (here + below) / 2] };
  });
}

function at(share: number | undefined): number {
  return Math.min(100, Math.max(0, (share ?? 0) * 100));
}
