import { afterEach, describe, expect, it } from 'vitest';
import { addDecimals, decimalsOf, roundDecimal } from './decimal';
import { bytes, callCost, count, duration, exactDigits, money, remaining, setNumberFormat, share, short } from './format';

const usd = (amount: string) => ({ amount, currency: 'USD' });
afterEach(() => {
  setNumberFormat('1,234.56');
});

describe('decimals', () => {
  it('rounds half to even on the text', () => {
    expect(roundDecimal('2.5', 0)).toBe('2');
    expect(roundDecimal('3.5', 0)).toBe('4');
    expect(roundDecimal('0.125', 2)).toBe('0.12');
    expect(roundDecimal('0.135', 2)).toBe('0.14');
    expect(roundDecimal('0.1250000001', 2)).toBe('0.13');
    expect(roundDecimal('-0.004', 2)).toBe('0.00');
    expect(roundDecimal('-0.005000001', 2)).toBe('-0.01');
    expect(roundDecimal('999.995', 2)).toBe('1000.00');
    expect(roundDecimal('7', 2)).toBe('7.00');
  });
  it('keeps every digit of figures that a float cannot hold', () => {
    expect(roundDecimal('90071992547409931234567.129580300', 2)).toBe('90071992547409931234567.13');
    expect(addDecimals(['0.1', '0.2', '-0.30'])).toBe('0.00');
    expect(addDecimals(['9007199254740993.000000001', '0.000000001'])).toBe('9007199254740993.000000002');
  });
  it('knows how many decimals are needed', () => {
    expect(decimalsOf('163.129580300')).toBe(7);
    expect(decimalsOf('3.000000000')).toBe(0);
  });
  it('refuses what is not a decimal', () => {
    expect(() => roundDecimal('1e5', 2)).toThrow();
  });
});

describe('money', () => {
  it('is printed with symbol, groups and a true minus', () => {
    expect(money(usd('80112.400000000'))).toBe('$80,112.40');
    expect(money(usd('-875.440000000'), { digits: 0, sign: true })).toBe('\u2212$875');
    expect(money(usd('6140.180000000'), { digits: 0, sign: true })).toBe('+$6,140');
    expect(money(usd('29880.120000000'), { bare: true })).toBe('29,880.12');
    expect(money({ amount: '1234.500000000', currency: 'JPY' })).toBe('¥1,234');
    expect(money({ amount: '12.000000000', currency: 'CHF' })).toBe('CHF\u00a012.00');
  });
  it('follows the number format of the company file', () => {
    setNumberFormat('1.234,56');
    expect(money(usd('80112.400000000'))).toBe('$80.112,40');
    setNumberFormat('1 234,56');
    expect(count(1204311)).toBe('1\u202f204\u202f311');
  });
  it('lines calls and bills up', () => {
    expect(callCost(usd('0.032200000'))).toBe('0.032200');
    expect(exactDigits([usd('4.161136000'), usd('0.766952375'), null])).toBe(9);
  });
});

describe('figures', () => {
  it('never rounds a share up to 100 or down to 0', () => {
    expect(share(0.134, 1)).toBe('13.4\u202f%');
    expect(share(0.9999, 1)).toBe('>\u202f99.9\u202f%');
    expect(share(1)).toBe('100\u202f%');
    expect(share(0.0004)).toBe('<\u202f1\u202f%');
    expect(share(0)).toBe('0\u202f%');
  });
  it('is short on axes only', () => {
    expect(short(4000)).toBe('4k');
    expect(short(2500)).toBe('2.5k');
    expect(short(1_200_000)).toBe('1.2M');
    expect(short(0.25)).toBe('0.25');
  });
  it('prints times and sizes', () => {
    expect(duration(412)).toBe('412 ms');
    expect(duration(3420)).toBe('3.42 s');
    expect(duration(125_000)).toBe('2 min 5 s');
    expect(remaining(0.4)).toBe('1 s');
    expect(bytes(88_214_330)).toBe('88.2 MB');
  });
});
