// Bars that begin where the one before ended, between two totals: in percent of the room there is.

export interface Span {
  from: number;
  to: number;
}

export interface Waterfall {
  bars: Span[];
  /** Where each value leads. */
  ends: number[];
  /** The bars of totals do not begin at 0: steps that are small beside them would not be seen otherwise. */
  cut: boolean;
}

/** The first and the last value are totals, the others changes; a change is the same bar whichever way it goes. */
export function waterfall(values: readonly number[]): Waterfall {
  let reached = 0;
  const bars = values.map((value, i) => {
    const start = i === 0 || i === values.length - 1 ? 0 : reached;
    reached = start + value;
    return [start, reached] as const;
  });
  const ends = bars.map(([, to]) => to);
  const [low, high] = [Math.min(...ends), Math.max(0, ...ends)];
  // A third of the picture is left for what is cut, as in the core's own drawing.
  const floor = low - (high - low) / 2;
  const cut = high > low && floor > high / 4;
  const from = cut ? floor : Math.min(0, low);
  const room = high - from || 1;
  const at = (value: number) => (Math.max(0, value - from) / room) * 100;
  return { bars: bars.map(([a, b]) => ({ from: at(Math.min(a, b)), to: at(Math.max(a, b)) })), ends: ends.map(at), cut };
}
