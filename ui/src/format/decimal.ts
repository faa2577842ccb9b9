// Decimal texts, exactly: figures are never floats. An amount is `-?digits(.digits)?`.

interface Parts {
  negative: boolean;
  whole: string;
  fraction: string;
}

function parts(text: string): Parts {
  const match = /^([-+]?)(\d+)(?:\.(\d*))?$/.exec(text.trim());
  if (!match) throw new Error(`not a decimal: ${text}`);
  return { negative: match[1] === '-', whole: match[2] ?? '0', fraction: match[3] ?? '' };
}

/** Rounds half to even to `digits` decimals; the text has exactly that many. Never gives `-0`. */
export function roundDecimal(text: string, digits: number): string {
  const { negative, whole, fraction } = parts(text);
  const kept = (whole + fraction.slice(0, digits).padEnd(digits, '0')).replace(/^0+(?=\d)/, '');
  const rest = fraction.slice(digits);
  let value = BigInt(kept);
  const half = '5'.padEnd(rest.length, '0');
  if (rest > half || (rest === half && rest !== '' && value % 2n === 1n)) value += 1n;
  const all = value.toString().padStart(digits + 1, '0');
  const shown = digits === 0 ? all : `${all.slice(0, -digits)}.${all.slice(-digits)}`;
  return negative && value !== 0n ? `-${shown}` : shown;
}

/** How many decimals it takes to print this text exactly. */
export function decimalsOf(text: string): number {
  return parts(text).fraction.replace(/0+$/, '').length;
}

export function isNegative(text: string): boolean {
  return parts(text).negative && !isZero(text);
}

export function isZero(text: string): boolean {
  const { whole, fraction } = parts(text);
  return /^0*$/.test(whole + fraction);
}

export function negated(text: string): string {
  return text.startsWith('-') ? text.slice(1) : `-${text}`;
}

/** Adds exactly. */
export function addDecimals(texts: readonly string[]): string {
  const digits = Math.max(0, ...texts.map((t) => parts(t).fraction.length));
  const sum = texts.reduce((acc, text) => {
    const { negative, whole, fraction } = parts(text);
    const value = BigInt(whole + fraction.padEnd(digits, '0'));
    return negative ? acc - value : acc + value;
  }, 0n);
  const all = (sum < 0n ? -sum : sum).toString().padStart(digits + 1, '0');
  const shown = digits === 0 ? all : `${all.slice(0, -digits)}.${all.slice(-digits)}`;
  return sum < 0n ? `-${shown}` : shown;
}

/** A number for the length of a bar, and for nothing else. */
export function lengthOf(text: string): number {
  return Number(text);
}
