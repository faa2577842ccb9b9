// Pages of calls as they are scrolled to; a page that left the view before it came is cancelled.

import { call, CallError } from '../../backend';
import type { CallOrder, CallRow, CallsPage, Filter } from '../../backend/bindings';
import { pagesFor } from './rows';

export const PAGE = 100;
const KEPT = 30;

export class Pages {
  total = $state(0);
  first = $state.raw<CallsPage | undefined>();
  error = $state.raw<CallError | undefined>();
  #pages = $state.raw<ReadonlyMap<number, CallRow[]>>(new Map());
  readonly #running = new Map<number, AbortController>();
  #filter: Filter;
  #order: CallOrder;

  constructor(filter: Filter, order: CallOrder) {
    this.#filter = filter;
    this.#order = order;
    this.#ask(0);
  }

  row(index: number): CallRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Makes sure that these rows are there or on their way. */
  need(first: number, rows: number): void {
    const wanted = pagesFor(first, rows, PAGE, this.total);
    for (const [page, stop] of this.#running) {
      if (page !== 0 && !wanted.includes(page)) {
        stop.abort();
        this.#running.delete(page);
      }
    }
    for (const page of wanted) this.#ask(page);
  }

  stop(): void {
    for (const stop of this.#running.values()) stop.abort();
    this.#running.clear();
  }

  #ask(page: number): void {
    if (this.#pages.has(page) || this.#running.has(page)) return;
    const stop = new AbortController();
    this.#running.set(page, stop);
    call('calls', { filter: this.#filter, order: this.#order, offset: page * PAGE, limit: PAGE }, { signal: stop.signal })
      .then((reply) => {
        const pages = new Map(this.#pages).set(page, reply.rows);
        // Only so many pages stay in memory; the first is the answer's head.
        const far = [...pages.keys()].sort((a, b) => Math.abs(b - page) - Math.abs(a - page));
        for (const old of far.slice(0, Math.max(0, far.length - KEPT))) if (old !== 0) pages.delete(old);
        this.#pages = pages;
        this.total = reply.total;
        if (page === 0) this.first = reply;
        this.error = undefined;
      })
      .catch((thrown: unknown) => {
        if (!stop.signal.aborted && thrown instanceof CallError) this.error = thrown;
      })
      .finally(() => {
        if (this.#running.get(page) === stop) this.#running.delete(page);
      });
  }
}
