// The tokens that a canvas needs, and the hue of each provider family.

import type { Hue } from '../backend/bindings';

export interface Palette {
  paper: string;
  ink: string;
  ink2: string;
  ink3: string;
  rule: string;
  ghost: string;
  reference: string;
  accent: string;
  warn: string;
  providers: Readonly<Record<Family, string>>;
  heat: readonly string[];
  font: string;
}

export const FAMILIES = ['openai', 'anthropic', 'google', 'azure', 'bedrock', 'mistral', 'other'] as const;
export type Family = (typeof FAMILIES)[number];

/** The family of a provider as the sources spell it. */
export function family(provider: string): Family {
  const name = provider.toLowerCase();
  if (name === 'vertex') return 'google';
  return FAMILIES.find((f) => f === name) ?? 'other';
}

/** Reads the tokens that hold now. */
export function readPalette(root: Element = document.documentElement): Palette {
  const css = getComputedStyle(root);
  const token = (name: string) => css.getPropertyValue(name).trim();
  return {
    paper: token('--paper'),
    ink: token('--ink'),
    ink2: token('--ink-2'),
    ink3: token('--ink-3'),
    rule: token('--rule'),
    ghost: token('--ghost'),
    reference: token('--reference'),
    accent: token('--accent'),
    warn: token('--warn'),
    providers: Object.fromEntries(FAMILIES.map((f) => [f, token(`--p-${f}`)])) as Record<Family, string>,
    heat: [0, 1, 2, 3, 4].map((step) => token(`--heat-${step}`)),
    font: token('--font'),
  };
}

export function colour(hue: Hue, palette: Palette): string {
  switch (hue.role) {
    case 'main':
      return palette.providers.openai;
    case 'provider':
      return palette.providers[family(hue.of)];
    case 'reference':
    case 'missing':
      return palette.ghost;
  }
}
