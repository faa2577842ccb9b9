// Answers without a core: for development, unit and browser tests. `?recorded=none|empty|sample|error` picks a
// state; `?recorded=golden` answers with the core's own replies about the sample company where they are kept.

import type { Backend, CommandName, Reply, Request } from './index';
import type { ErrorReply, Filter, NameEntry, Progress, Settings, SourceRequest } from './bindings';
import { bill, callsPage, trace } from './fixtures/calls';
import { ledger, SETTINGS, UNWHOLE, WHOLE } from './fixtures/company';
import { FORMATS, imported, IMPORTS, mapping, STRIPS } from './fixtures/files';
import { coverage } from './fixtures/coverage';
import { hotspots } from './fixtures/hotspots';
import { month } from './fixtures/month';
import { emptyOverview, overview, trend } from './fixtures/overview';
import { NAMES, price, prices, REPRICED, UNNAMED } from './fixtures/prices';

export type Answers = { [K in CommandName]: (request: Request<K>, progress: (p: Progress) => void) => Reply<K> | Promise<Reply<K>> };

export function answers(state: string): Answers {
  let settings: Settings = SETTINGS;
  let version = 41;
  let sample = state === 'sample';
  let open = state !== 'none';
  let empty = state === 'empty';
  let entries = empty ? [] : IMPORTS;
  const info = () => {
    if (!open) throw { code: 'no_ledger', message: 'No company file is open.', remedy: 'Open one, or make a new one.' } satisfies ErrorReply;
    return ledger(settings, version, sample, empty);
  };
  const broken = () => {
    if (state === 'error') throw { code: 'damaged', message: 'calls/day=2026-10-14/0001.parquet cannot be read: its footer is cut off.', remedy: 'Import the files of 14 Oct again, or restore the folder from a backup.' } satisfies ErrorReply;
  };
  const repriced = ({ preview }: { preview: boolean }) => ({
    taken: 1,
    changed: 1,
    effects: REPRICED,
    data_version: preview ? null : (version += 1),
  });
  return {
    ledger_info: info,
    ledger_open: (request) => {
      [open, sample] = [true, false];
      if (request.create) [empty, entries] = [true, []];
      return info();
    },
    sample_open: () => {
      [open, sample, empty] = [true, true, false];
      return info();
    },
    settings_set: (request) => {
      settings = request;
      version += 1;
      return info();
    },
    formats: () => ({ formats: FORMATS }),
    import: async (request, progress) => {
      const all = 88_310_664;
      for (let step = 1; step <= 12; step += 1) {
        await wait(70);
        progress({ phase: step < 10 ? 'reading' : 'merging', file: request.paths[0] ?? '', bytes: Math.round((all * step) / 12), of_bytes: all, rows: step * 3_417, rate: 48_800, seconds_left: step < 3 ? null : (12 - step) * 0.07 });
      }
      const reply = imported(request.mapping === null ? request.paths : request.paths.map((p) => `${p}#mapped`), 13, (version += 1));
      if (reply.import !== 0) {
        entries = [{ import: reply.import, at: '2026-11-12T09:30:00Z', state: 'kept', paths: request.paths, replaces: request.replaces ?? null, files: reply.files }, ...entries.filter((e) => e.import !== reply.import).map((e) => (e.import === request.replaces ? { ...e, state: 'undone' } : e))];
        empty = false;
      }
      return reply;
    },
    rejects: ({ import: id, file, offset, limit }) => {
      const files = entries.find((e) => e.import === id)?.files ?? [];
      const rows = files.flatMap((f, at) => (file === undefined || file === at ? Array.from({ length: f.rejected }, (_, i) => ({ file: f.file, ...(f.rejects[i] ?? { line: 20_000 + i, column: 'startTime', reason: 'not an instant', value: `row ${i}` }) })) : []));
      return { total: rows.length, rows: rows.slice(offset, offset + (limit ?? 1000)) };
    },
    imports: () => ({ imports: entries, strips: empty ? [] : STRIPS }),
    import_undo: (request) => {
      entries = entries.map((e) => (e.import === request.import ? { ...e, state: 'undone' } : e));
      return { ...imported([], request.import, (version += 1)), import: request.import };
    },
    mapping,
    overview: (request) => {
      broken();
      return empty ? emptyOverview(settings, version) : overview(request.filter, settings, version);
    },
    trend: (request) => trend(request, settings, version),
    hotspots: (request) => {
      broken();
      return hotspots(request, settings, version);
    },
    month: (request) => {
      broken();
      return month(request, settings, version);
    },
    calls: async (request) => {
      broken();
      await wait(request.offset > 0 ? 40 : 0);
      return callsPage(request, settings, version);
    },
    export: async (request, progress) => {
      const { of, format, path } = request;
      const steps = of.question === 'calls' ? 6 : 1;
      for (let step = 1; step <= steps; step += 1) {
        await wait(40);
        progress({ phase: 'rows', file: '', bytes: 0, of_bytes: 0, rows: step * 200_718, rate: 5_000_000, seconds_left: (steps - step) * 0.04 });
      }
      // Nothing is written here: browser tests listen to what would be asked of the core.
      dispatchEvent(new CustomEvent('outlay:export', { detail: request }));
      return { path, bytes: format === 'csv' ? 2_104 : 48_213 };
    },
    bill: (request) => bill(request.id),
    trace: (request) => trace(request.id),
    price,
    prices,
    user_prices: repriced,
    alias_set: repriced,
    names: () => ({ names: [...named], unnamed: UNNAMED.filter((u) => !named.some((n) => n.id === u.id)) }),
    coverage: (request) => coverage(request.filter, decisions),
    source_set: (request) => {
      decisions.push(request);
      return coverage({ month: null, zone: null, conditions: [], from: request.from, to: request.to }, decisions);
    },
    doctor: async (request, progress) => {
      for (let step = 1; step <= 4; step += 1) {
        await wait(40);
        progress({ phase: 'checking', file: '', bytes: step * 42_000_000, of_bytes: 168_000_000, rows: 0, rate: 0, seconds_left: (4 - step) * 0.04 });
      }
      return state === 'error' && !request.repair ? UNWHOLE : WHOLE;
    },
    forget: () => ({ records: 118, files: 2, data_version: (version += 1) }),
    backup: (request) => ({ path: request.path, files: 27, bytes: 171_204_608, data_version: version }),
    restore: (request) => ({ path: request.to, files: 27, bytes: 171_204_608, data_version: version }),
    names_set: (request) => {
      for (const entry of request.set) {
        const at = named.findIndex((n) => n.id === entry.id);
        if (at >= 0) named[at] = entry;
        else named.push(entry);
      }
      return { names: [...named], unnamed: UNNAMED.filter((u) => !named.some((n) => n.id === u.id)) };
    },
  };
}

const named: NameEntry[] = [...NAMES];
const decisions: SourceRequest[] = [];

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

const KEPT = import.meta.glob<unknown>('../../../tests/golden/replies/*.json', { import: 'default' });

/** The kept reply that fits best: by month or cut, else the command's first. */
async function golden(command: CommandName, request: object): Promise<unknown> {
  const { filter, by } = request as { filter?: Filter; by?: string | string[] };
  const drilled = (filter?.conditions.length ?? 0) > 0 ? 'drilled' : '';
  const cut = by === undefined || by.length === 0 ? 'default' : [by].flat().join('-');
  const names = [drilled, cut, filter?.month ?? '', 'used', 'retries'].filter(Boolean).map((variant) => `${command}-${variant}`);
  const found = [...names, command].map((name) => KEPT[`../../../tests/golden/replies/${name}.json`]).find((load) => load !== undefined);
  return found?.();
}

export function recorded(): Backend {
  const state = new URLSearchParams(location.search).get('recorded') ?? '';
  const known = answers(state);
  const cancelled = new Set<number>();
  return {
    async call(id, command, request, onProgress) {
      await wait(30);
      const stopped = () => {
        if (cancelled.has(id)) throw { code: 'cancelled', message: 'The import was cancelled; nothing of it was kept.', remedy: '' } satisfies ErrorReply;
      };
      const progress = (p: Progress) => {
        stopped();
        onProgress(p);
      };
      const kept = state === 'golden' ? await golden(command, request) : undefined;
      if (kept !== undefined) return kept as Reply<typeof command>;
      return structuredClone(await known[command](request, progress));
    },
    cancel(id) {
      cancelled.add(id);
      return Promise.resolve();
    },
    pick: (kind, name) => Promise.resolve(name !== undefined ? [`/home/ada/Documents/${name}`] : kind === 'files' ? ['/exports/langfuse-2026-10.jsonl', '/exports/azure-usage-2026-10.csv'] : ['/home/ada/Outlay/other']),
    onFileDrop(listener) {
      // Browser tests drop paths by an event, as the real window does through its web view.
      const dropped = (event: Event) => {
        listener((event as CustomEvent).detail as Parameters<typeof listener>[0]);
      };
      addEventListener('outlay:drop', dropped);
      return () => {
        removeEventListener('outlay:drop', dropped);
      };
    },
  };
}
