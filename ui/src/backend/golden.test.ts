// The core's own replies (tests/golden/replies, written by its contract test; COMMAND-WHAT.json) must be drawable here:
// each renders its screen on the server side, and the shown total is the reply's decimal. Fixtures stand in for
// commands that have no kept reply, so that every screen is rendered at least once.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Component } from 'svelte';
import { render } from 'svelte/server';
import { expect, it, vi } from 'vitest';
import { describe } from '../charts/describe';
import { option } from '../charts/option';
import type { Palette } from '../charts/palette';
import { money, setNumberFormat, share } from '../format/format';
import { app } from '../state/app.svelte';
import { START, type View } from '../state/url';
import Drawer from '../views/drawer/Drawer.svelte';
import Files from '../views/files/Files.svelte';
import FileReports from '../views/files/FileReports.svelte';
import FormatList from '../views/files/FormatList.svelte';
import Mapping from '../views/files/Mapping.svelte';
import DearestCalls from '../views/hotspots/DearestCalls.svelte';
import Hotspots from '../views/hotspots/Hotspots.svelte';
import Overview from '../views/overview/Overview.svelte';
import Prices from '../views/prices/Prices.svelte';
import Settings from '../views/settings/Settings.svelte';
import SpecTable from '../parts/SpecTable.svelte';
import type { CommandName, Reply, Request } from './index';
import { answers } from './recorded';
import type { Cell, ChartSpec, Filter, LedgerInfo, Money } from './bindings';

const replies = vi.hoisted(() => new Map<string, unknown>());
// Effects do not run on the server: an answer is there from the start instead.
vi.mock('../state/resource.svelte', () => ({
  Resource: class {
    data: unknown;
    error = undefined;
    progress = undefined;
    loading = false;
    stale = false;
    constructor(command: string) {
      this.data = replies.get(command);
    }
    retry(): void {
      throw new Error('nothing to ask again');
    }
  },
}));

const FOLDER = new URL('../../../tests/golden/replies/', import.meta.url);
const OCTOBER: Filter = { month: '2026-10', from: null, to: null, zone: null, conditions: [] };
const palette = { providers: {}, heat: [] } as unknown as Palette;

const known = answers('');
async function fixture<K extends CommandName>(command: K, request: Request<K>): Promise<Reply<K>> {
  return structuredClone(await (known[command] as (r: unknown, p: () => void) => Reply<K> | Promise<Reply<K>>)(request, () => undefined));
}
const STAND_INS: readonly [CommandName, unknown][] = [
  ['ledger_info', await fixture('ledger_info', {})],
  ['formats', await fixture('formats', {})],
  ['imports', await fixture('imports', {})],
  ['import', await fixture('import', { paths: ['a'], format: null, mapping: null, zone: null, account: null })],
  ['mapping', await fixture('mapping', { path: 'gateway.csv', spec: null, mapping: null, kind: null, zone: null })],
  ['overview', await fixture('overview', { filter: OCTOBER })],
  ['trend', await fixture('trend', { filter: OCTOBER, by: 'day' })],
  ['hotspots', await fixture('hotspots', { filter: OCTOBER, by: ['feature', 'model'], top: 20, from_sums: false })],
  ['calls', await fixture('calls', { filter: OCTOBER, order: 'cost', offset: 0, limit: 20 })],
  ['bill', await fixture('bill', { id: '000000000001' })],
  ['trace', await fixture('trace', { id: 'trace-1' })],
  ['prices', await fixture('prices', { search: '', explain: null, provider: null })],
  ['names', await fixture('names', {})],
];

const kept = existsSync(FOLDER) ? readdirSync(FOLDER).filter((f) => f.endsWith('.json')) : [];
const cases: (readonly [string, string, unknown])[] = [
  ...STAND_INS.map(([command, reply]) => [`fixture of ${command}`, command, reply] as const),
  ...kept.map((file) => {
    const reply: unknown = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
    return [file, /^[a-z_]+/.exec(file)?.[0] ?? '', reply] as const;
  }),
];

/** What an element shows. */
function shown(html: string, testid: string): string {
  const found = new RegExp(`data-testid="${testid}"[^>]*>([\\s\\S]*?)</(?:span|td|dd|h1)>`).exec(html)?.[1];
  if (found === undefined) throw new Error(`nothing shows ${testid}`);
  return found.replace(/<[^>]*>/g, '').trim();
}

/** A decimal rounded half to even to the digits that a figure shows: as the figure, without its marks. */
function expectShown(figure: string, { amount }: Money): void {
  const digits = /\.(\d+)$/.exec(figure)?.[1]?.length ?? 0;
  const [whole = '0', fraction = ''] = amount.replace('-', '').split('.');
  const all = BigInt(whole + fraction.padEnd(30, '0'));
  const unit = 10n ** BigInt(30 - digits);
  const [down, over] = [all / unit, (all % unit) * 2n];
  const up = over > unit || (over === unit && down % 2n === 1n);
  const text = (down + (up ? 1n : 0n)).toString().padStart(digits + 1, '0');
  expect(figure.replace(/[^\d.]/g, '')).toBe(digits > 0 ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text);
  expect(/^[-−]/.test(figure)).toBe(amount.startsWith('-') && !/^0*$/.test(text));
}

function page<P extends Record<string, unknown>>(component: Component<P>, props: P): string {
  return render(component as Component, { props }).body;
}
function screen(component: Component, view: View): string {
  app.place = { ...START, view, month: '2026-10' };
  return page(component, {});
}

/** Renders the screen of a reply and compares its total. */
const SCREENS: Partial<{ [K in CommandName]: (reply: Reply<K>) => void }> = {
  ledger_info: ledger,
  ledger_open: ledger,
  sample_open: ledger,
  settings_set: ledger,
  names: named,
  names_set: named,
  formats: ({ formats }) => {
    const html = page(FormatList, { formats });
    for (const { title } of formats) expect(html).toContain(title);
  },
  imports: () => void expect(screen(Files, 'files')).toContain('data-testid="sentence"'),
  import: ({ files }) => void expect(page(FileReports, { files })).toContain('<table'),
  mapping: (reply) => {
    const html = page(Mapping, { path: 'a.csv', onclose: () => undefined });
    if (reply.example_cost) expectShown(shown(html, 'mapping-cost'), reply.example_cost);
  },
  overview: (reply) => {
    const html = screen(Overview, 'overview');
    expectShown(shown(html, 'overview-total'), reply.total);
    expect(html).toContain(`title="${reply.total.amount}"`);
    expect(html.match(/data-testid="overview-row"/g)?.length ?? 0).toBe(reply.table.rows.length);
  },
  trend: ({ table }) => void expect(page(SpecTable, { table })).toContain('<table'),
  hotspots: (reply) => {
    const html = screen(Hotspots, 'hotspots');
    expectShown(shown(html, 'hotspots-total'), reply.total);
    expect(html.match(/data-testid="hotspot-row"/g)?.length ?? 0).toBe(reply.rows.length);
    page(SpecTable, { table: reply.table });
  },
  calls: ({ rows, cost }) => {
    expectShown(money(cost), cost);
    const costs = [...page(DearestCalls, { rows }).matchAll(/<td class="num[^"]*">([^<]*)<\/td>\s*(?:<!--[^>]*-->)*<\/tr>/g)].map((m) => m[1] ?? '');
    expect(costs).toHaveLength(rows.length);
    rows.forEach((row, i) => {
      if (row.cost) expectShown(costs[i] ?? '', row.cost);
      else expect(costs[i]).toBe('unpriced');
    });
  },
  bill: (reply) => {
    const html = page(Drawer, { id: reply.call.id });
    if (reply.cost) expectShown(shown(html, 'bill-total'), reply.cost);
    else expect(shown(html, 'bill-total')).toBe('unpriced');
  },
  trace: (reply) => {
    const html = page(Drawer, { id: reply.nodes[0]?.id ?? '' });
    expectShown(shown(html, 'trace-total'), reply.cost);
    expect(html.match(/data-testid="trace-step"/g)).toHaveLength(reply.nodes.length);
  },
  prices: ({ book }) => void expect(screen(Prices, 'prices')).toContain(book),
};

function ledger(reply: LedgerInfo): void {
  app.ledger = reply;
  expect(screen(Settings, 'settings')).toContain(reply.path);
}
function named({ names, unnamed }: Reply<'names'>): void {
  expect(screen(Settings, 'settings').match(/data-testid="name-row"/g)?.length ?? 0).toBe(names.length + unnamed.length);
}

function walk(value: unknown, visit: (node: Record<string, unknown>) => void): void {
  if (Array.isArray(value)) for (const item of value as unknown[]) walk(item, visit);
  else if (typeof value === 'object' && value !== null) {
    visit(value as Record<string, unknown>);
    for (const item of Object.values(value)) walk(item, visit);
  }
}

it.each(cases)('%s', (_, command, reply) => {
  setNumberFormat('1,234.56');
  for (const [name, standIn] of STAND_INS) replies.set(name, standIn);
  app.ledger = replies.get('ledger_info') as LedgerInfo;
  replies.set(command === 'names_set' ? 'names' : command, reply);
  (SCREENS[command as CommandName] as ((r: unknown) => void) | undefined)?.(reply);

  walk(reply, (node) => {
    if ('amount' in node && 'currency' in node) expect(money(node as unknown as Money)).not.toContain('NaN');
    if ('kind' in node && node['kind'] === 'share') expect(share((node as Cell & { kind: 'share' }).value)).toContain('%');
    if ('shape' in node && 'categories' in node) {
      const spec = node as unknown as ChartSpec;
      for (const series of spec.series) expect(series.values).toHaveLength(spec.categories.length);
      option(spec, palette, 800);
      expect(describe(spec, 'USD')).toContain(spec.title);
    }
  });
});
