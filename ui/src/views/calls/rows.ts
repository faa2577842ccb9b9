// Lists longer than an element can be tall are paged by window: the scroller holds a window of rows around the place
// that is looked at, and seeking moves it.

/** Rows in one window; engines clip elements beyond about 16 million pixels, at 29 a row. */
export const WINDOW = 400_000;

/** The first row of the window around a row; a list that fits whole starts at its first. */
export function windowAround(row: number, total: number): number {
  if (total <= WINDOW) return 0;
  return Math.max(0, Math.min(total - WINDOW, Math.round(row) - WINDOW / 2));
}

/** Where the window goes when these rows of the list are in view: it stays unless one of its ends is near. */
export function windowFor(base: number, first: number, last: number, total: number): number {
  const near = WINDOW / 20;
  const before = first - base < near && base > 0;
  const after = base + WINDOW - last < near && base + WINDOW < total;
  return before || after ? windowAround(first, total) : base;
}

/** The pages that hold these rows. */
export function pagesFor(first: number, rows: number, pageSize: number, total: number): number[] {
  const from = Math.floor(first / pageSize);
  const to = Math.floor(Math.max(first, Math.min(total, first + rows) - 1) / pageSize);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
