// What the whole window shares: the open company file, the place in the address, and what the footer says.

import { call, CallError, type Reply } from '../backend';
import type { Condition, Filter, LedgerInfo, PeriodView, Trust } from '../backend/bindings';
import { setNumberFormat } from '../format/format';
import { neighbour } from '../format/dates';
import { filterOf, fromHash, toHash, type Place, type Step, type View } from './url';

type Opens = 'ledger_info' | 'ledger_open' | 'sample_open' | 'settings_set';

class App {
  ledger = $state.raw<LedgerInfo | undefined>();
  error = $state.raw<CallError | undefined>();
  place = $state.raw<Place>(fromHash(''));
  /** What the shown answer rests on, for the footer. */
  trust = $state.raw<Trust | undefined>();
  period = $state.raw<PeriodView | undefined>();
  /** Read by screen readers. */
  announced = $state('');

  readonly version = $derived(this.ledger?.data_version ?? 0);
  readonly zone = $derived(this.place.zone ?? this.ledger?.settings.zone ?? 'UTC');
  readonly currency = $derived(this.ledger?.settings.currency ?? 'USD');
  readonly empty = $derived(this.ledger !== undefined && this.ledger.months.length === 0);
  readonly month = $derived(this.place.month ?? (this.place.from ? null : (this.ledger?.month ?? null)));

  start(): void {
    const read = () => {
      this.place = fromHash(location.hash);
    };
    addEventListener('hashchange', read);
    read();
    void this.refresh();
  }

  /** The filter of the shown place. */
  filter(drill: readonly Step[] = []): Filter {
    return filterOf({ ...this.place, month: this.month }, drill);
  }

  /** Goes to a place; what is not named stays. `replace` leaves no trace for back. */
  go(change: Partial<Place>, { replace = false } = {}): void {
    const place = { ...this.place, ...change };
    const hash = toHash(place);
    if (hash === location.hash) return;
    this.place = place;
    if (replace) history.replaceState(null, '', hash);
    else history.pushState(null, '', hash);
  }

  /** The address of another screen with the same period and filters, for links. */
  href(view: View): string {
    return toHash({ ...this.place, view, drill: [], by: [], call: null, order: null, search: null });
  }

  show(view: View, change: Partial<Place> = {}): void {
    this.go({ view, drill: [], by: [], call: null, order: null, search: null, ...change });
  }

  setCondition(at: number | undefined, condition: Condition | undefined): void {
    const conditions = [...this.place.conditions];
    if (at === undefined) {
      if (condition) conditions.push(condition);
    } else if (condition) conditions[at] = condition;
    else conditions.splice(at, 1);
    this.go({ conditions });
  }

  stepMonth(step: -1 | 1): void {
    const next = this.ledger && this.month ? neighbour(this.ledger.months, this.month, step) : undefined;
    if (next) this.go({ month: next, from: null, to: null });
  }

  /** Asks again what is open, after anything that changed it. */
  async refresh(): Promise<void> {
    await this.open('ledger_info', {});
  }

  /** Opens once more what did not open. */
  async retry(): Promise<void> {
    await this.#last();
  }
  #last: () => Promise<unknown> = () => this.refresh();

  async open<K extends Opens>(command: K, request: Parameters<typeof call<K>>[1]): Promise<boolean> {
    this.#last = () => this.open(command, request);
    try {
      const info: Reply<Opens> = await call(command, request);
      const moved = this.ledger !== undefined && this.ledger.path !== info.path;
      setNumberFormat(info.settings.number_format);
      this.ledger = info;
      this.error = undefined;
      if (moved) {
        this.trust = undefined;
        this.go({ ...fromHash('') });
      }
      return true;
    } catch (thrown) {
      if (thrown instanceof CallError) this.error = thrown;
      return false;
    }
  }

  say(text: string): void {
    this.announced = text;
  }
}

export const app = new App();
