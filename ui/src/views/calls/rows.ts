// A virtual list over more rows than a browser can scroll: beyond the tallest element that engines allow, the scroll
// position is read as a share of the list.

/** Engines clip elements beyond about 16 million pixels. */
export const TALLEST = 8_000_000;

export interface Viewport {
  total: number;
  rowHeight: number;
  /** Height of the visible part. */
  height: number;
}

export function contentHeight({ total, rowHeight, height }: Viewport): number {
  return Math.max(height, Math.min(TALLEST, total * rowHeight));
}

export function rowsInView({ rowHeight, height }: Viewport): number {
  return Math.max(1, Math.floor(height / rowHeight));
}

/** The first visible row at a scroll position. */
export function rowAt(view: Viewport, scrollTop: number): number {
  const last = Math.max(0, view.total - rowsInView(view));
  const way = contentHeight(view) - view.height;
  if (way <= 0) return 0;
  if (view.total * view.rowHeight <= TALLEST) return Math.min(last, Math.floor(scrollTop / view.rowHeight));
  return Math.min(last, Math.round((scrollTop / way) * last));
}

/** The scroll position that shows a row first. */
export function scrollFor(view: Viewport, row: number): number {
  const last = Math.max(0, view.total - rowsInView(view));
  const wanted = Math.max(0, Math.min(last, row));
  const way = contentHeight(view) - view.height;
  if (view.total * view.rowHeight <= TALLEST) return Math.min(way, wanted * view.rowHeight);
  return last === 0 ? 0 : (wanted / last) * way;
}

/** The pages that hold these rows. */
export function pagesFor(first: number, rows: number, pageSize: number, total: number): number[] {
  const from = Math.floor(first / pageSize);
  const to = Math.floor(Math.max(first, Math.min(total, first + rows) - 1) / pageSize);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
