// Every figure that is printed goes through here.

import type { Money, Unit } from '../backend/bindings';
import { decimalsOf, isNegative, lengthOf, roundDecimal } from './decimal';

/** U+202F: between a figure and its percent sign. */
const THIN = '\u202f';
const MINUS = '\u2212';

export interface NumberFormat {
  group: string;
  point: string;
}

let current: NumberFormat = { group: ',', point: '.' };

/** Reads `1,234.56`, `1.234,56` or `1 234,56`. */
export function setNumberFormat(sample: string): void {
  const match = /^1(.)234(.)56$/.exec(sample);
  if (!match) return;
  const group = match[1] === ' ' ? THIN : (match[1] ?? ',');
  current = { group, point: match[2] ?? '.' };
}

const SYMBOLS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥' };
const WHOLE_CURRENCIES = new Set(['JPY', 'KRW', 'CLP', 'VND']);

/** As a column heading names a currency: `US$`, `€`, `CHF`. */
export function currencyHeading(currency: string): string {
  return currency === 'USD' ? 'US$' : (SYMBOLS[currency] ?? currency);
}

/** How many decimals a currency is printed with. */
export function currencyDecimals(currency: string): number {
  return WHOLE_CURRENCIES.has(currency) ? 0 : 2;
}

function grouped(decimal: string): string {
  const negative = decimal.startsWith('-');
  const [whole = '0', fraction] = (negative ? decimal.slice(1) : decimal).split('.');
  const threes = whole.replace(/\B(?=(\d{3})+(?!\d))/g, current.group);
  return (negative ? MINUS : '') + threes + (fraction ? current.point + fraction : '');
}

export interface MoneyOptions {
  /** Decimals; without it, the currency's own. */
  digits?: number;
  /** Without its symbol, as in a column whose heading names it. */
  bare?: boolean;
  /** With `+` before what is not negative. */
  sign?: boolean;
}

/** An amount, rounded half-even once. */
export function money(value: Money, options: MoneyOptions = {}): string {
  const digits = options.digits ?? currencyDecimals(value.currency);
  const rounded = roundDecimal(value.amount, digits);
  const negative = rounded.startsWith('-');
  const figure = grouped(negative ? rounded.slice(1) : rounded);
  const sign = negative ? MINUS : options.sign ? '+' : '';
  if (options.bare) return sign + figure;
  const symbol = SYMBOLS[value.currency];
  return symbol ? sign + symbol + figure : `${sign}${value.currency}\u00a0${figure}`;
}

/** The decimals that show all of these amounts exactly, so that a column lines up. */
export function exactDigits(values: readonly (Money | null)[], least = 2): number {
  return Math.max(least, ...values.map((v) => (v ? decimalsOf(v.amount) : 0)));
}

/** The cost of one call: cents hide it, so six decimals. */
export function callCost(value: Money, bare = true): string {
  return money(value, { digits: 6, bare });
}

export function isLess(value: Money): boolean {
  return isNegative(value.amount);
}

/** For the length of a bar only. */
export function length(value: Money | null | undefined): number {
  return value ? lengthOf(value.amount) : 0;
}

export function count(value: number): string {
  return grouped(Number.isSafeInteger(value) ? String(value) : String(Math.round(value)));
}

/** A share of 1 as percent; never rounded up to 100 or down to 0. */
export function share(value: number, digits = 0): string {
  const least = 10 ** -digits;
  const percent = value * 100;
  const size = Math.abs(percent);
  if (size > 0 && size < least / 2) return `<${THIN}${grouped(least.toFixed(digits))}${THIN}%`;
  if (size < 100 && size >= 100 - least / 2) return `>${THIN}${grouped((100 - least).toFixed(digits))}${THIN}%`;
  return `${grouped(percent.toFixed(digits))}${THIN}%`;
}

/** `4k`, `1.2M`: for axes only. */
export function short(value: number): string {
  const size = Math.abs(value);
  const [divisor, unit] = size >= 1e9 ? [1e9, 'bn'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e3 ? [1e3, 'k'] : [1, ''];
  const scaled = value / divisor;
  const text = scaled.toFixed(Math.abs(scaled) < 10 && scaled % 1 !== 0 ? (divisor === 1 && size < 1 ? 2 : 1) : 0);
  return grouped(text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')) + unit;
}

/** A value of a chart, as read at the data: close, never exact. */
export function chartValue(value: number, unit: Unit, currency: string): string {
  if (unit === 'money') return money({ amount: value.toFixed(currencyDecimals(currency)), currency });
  if (unit === 'share') return share(value, 1);
  if (unit === 'milliseconds') return duration(value);
  return count(value);
}

export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${grouped(seconds.toFixed(seconds < 10 ? 2 : 1))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Time left, in whole seconds or minutes: more would be a promise. */
export function remaining(seconds: number): string {
  return seconds < 90 ? `${Math.max(1, Math.ceil(seconds))} s` : `${Math.ceil(seconds / 60)} min`;
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let at = 0;
  let size = value;
  while (size >= 1000 && at < units.length - 1) {
    size /= 1000;
    at += 1;
  }
  return `${grouped(size.toFixed(at === 0 || size >= 100 ? 0 : 1))} ${units[at] ?? 'B'}`;
}
