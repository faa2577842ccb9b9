// What is looked at, kept in the address so that back and forward work:
// #/hotspots?month=2026-10&zone=Europe/Berlin&is.feature=a&not.model=b&by=feature&drill=feature:contract-review&call=ID

import type { Condition, Dimension, Filter } from '../backend/bindings';
import { isDate, isMonth } from '../format/dates';

export const VIEWS = ['overview', 'hotspots', 'month', 'calls', 'prices', 'files', 'settings'] as const;
export type View = (typeof VIEWS)[number];

/** One step down: the values of these dimensions were chosen. */
export type Step = { dimension: Dimension; value: string }[];

export interface Place {
  view: View;
  /** A month wins over from and to; none of them: the ledger's own month. */
  month: string | null;
  from: string | null;
  to: string | null;
  zone: string | null;
  conditions: Condition[];
  /** Hotspots: what it is cut by, and the way down. */
  by: Dimension[];
  drill: Step[];
  /** The call whose bill is open. */
  call: string | null;
  /** Calls: order; Prices: search. */
  order: string | null;
  search: string | null;
}

export const START: Place = {
  view: 'overview',
  month: null,
  from: null,
  to: null,
  zone: null,
  conditions: [],
  by: [],
  drill: [],
  call: null,
  order: null,
  search: null,
};

const enc = encodeURIComponent;

export function toHash(place: Place): string {
  const query: string[] = [];
  const add = (key: string, value: string | null) => {
    if (value !== null && value !== '') query.push(`${key}=${enc(value).replaceAll('%2F', '/')}`);
  };
  add('month', place.month);
  if (place.month === null) {
    add('from', place.from);
    add('to', place.to);
  }
  add('zone', place.zone);
  for (const { dimension, values, negate } of place.conditions) {
    for (const value of values) query.push(`${negate ? 'not' : 'is'}.${dimension}=${enc(value)}`);
  }
  add('by', place.by.join('.'));
  for (const step of place.drill) {
    query.push(`drill=${step.map((s) => `${s.dimension}:${enc(s.value)}`).join(';')}`);
  }
  add('order', place.order);
  add('search', place.search);
  add('call', place.call);
  return `#/${place.view}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

export function fromHash(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const place: Place = { ...START, conditions: [], by: [], drill: [] };
  place.view = VIEWS.find((v) => v === path) ?? 'overview';
  for (const pair of query.split('&').filter((p) => p !== '')) {
    const at = pair.indexOf('=');
    const key = pair.slice(0, at);
    const raw = pair.slice(at + 1);
    if (key === 'drill') {
      place.drill.push(readStep(raw));
      continue;
    }
    const value = decode(raw);
    const condition = /^(is|not)\.(\w+)$/.exec(key);
    if (condition) addTo(place.conditions, condition[2] as Dimension, value, condition[1] === 'not');
    else if (key === 'month' && isMonth(value)) place.month = value;
    else if ((key === 'from' || key === 'to') && isDate(value)) place[key] = value;
    else if (key === 'by') place.by = value.split('.').slice(0, 3) as Dimension[];
    else if (key === 'zone' || key === 'call' || key === 'order' || key === 'search') place[key] = value;
  }
  return place;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function readStep(raw: string): Step {
  return raw.split(';').map((part) => {
    const at = part.indexOf(':');
    return { dimension: part.slice(0, at) as Dimension, value: decode(part.slice(at + 1)) };
  });
}

function addTo(conditions: Condition[], dimension: Dimension, value: string, negate: boolean): void {
  const same = conditions.find((c) => c.dimension === dimension && c.negate === negate);
  if (same) same.values.push(value);
  else conditions.push({ dimension, values: [value], negate });
}

/** The filter of a place; Hotspots adds the way down. */
export function filterOf(place: Place, drill: readonly Step[] = []): Filter {
  const conditions = place.conditions.map((c) => ({ ...c, values: [...c.values] }));
  for (const { dimension, value } of drill.flat()) {
    if (!conditions.some((c) => c.dimension === dimension && !c.negate && c.values.length === 1 && c.values[0] === value)) {
      conditions.push({ dimension, values: [value], negate: false });
    }
  }
  const month = place.month;
  return { month, from: month ? null : place.from, to: month ? null : place.to, zone: place.zone, conditions };
}
