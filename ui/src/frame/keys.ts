// Keys that hold in the whole window: g + letter goes to a screen, [ and ] step the month.

import type { View } from '../state/url';

export type Act =
  | { kind: 'find' }
  | { kind: 'help' }
  | { kind: 'show'; view: View }
  | { kind: 'month'; step: -1 | 1 };

const LETTERS: Readonly<Record<string, View>> = {
  o: 'overview',
  h: 'hotspots',
  m: 'month',
  c: 'calls',
  p: 'prices',
  f: 'files',
  s: 'settings',
};

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** Whether a key belongs to what is being typed into. */
export function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Remembers a `g` for a second. */
export function keys(now: () => number): (event: Pressed) => Act | undefined {
  let prefixed = -Infinity;
  return (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') return { kind: 'find' };
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    if (event.key === '?') return { kind: 'help' };
    if (event.key === '[') return { kind: 'month', step: -1 };
    if (event.key === ']') return { kind: 'month', step: 1 };
    const view = LETTERS[event.key];
    if (view && now() - prefixed < 1200) {
      prefixed = -Infinity;
      return { kind: 'show', view };
    }
    prefixed = event.key === 'g' ? now() : -Infinity;
    return undefined;
  };
}
