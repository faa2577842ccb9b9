// The way down: which dimension comes next, and how a level is left.

import type { Dimension } from '../../backend/bindings';
import type { Place, Step } from '../../state/url';

/** What the next level is cut by: the first offered dimension that no level has used. */
export function nextBy(offered: readonly Dimension[], drill: readonly Step[]): Dimension[] {
  const used = new Set(drill.flat().map((s) => s.dimension));
  const next = offered.find((d) => !used.has(d));
  return next ? [next] : [];
}

/** What a level is cut by; none at the top: the core decides. */
export function shownBy(place: Place, offered: readonly Dimension[]): Dimension[] {
  if (place.by.length > 0) return place.by;
  return place.drill.length === 0 ? [] : nextBy(offered, place.drill);
}

export function down(place: Place, by: readonly Dimension[], keys: readonly string[]): Partial<Place> {
  const step: Step = by.map((dimension, i) => ({ dimension, value: keys[i] ?? '' }));
  return { drill: [...place.drill, step], by: [] };
}

/** Back to a level: 0 is the top. What it was cut by comes back. */
export function up(place: Place, level = place.drill.length - 1): Partial<Place> {
  const left = place.drill[level];
  return { drill: place.drill.slice(0, Math.max(0, level)), by: left ? left.map((s) => s.dimension) : [] };
}
