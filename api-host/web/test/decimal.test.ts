import { describe, expect, it } from 'vitest';
import { add, compare, fromWire, isMultiple, multiply, parse, round, subtract, toText } from '../src/lib/decimal';

const d = (text: string) => parse(text)!;

describe('decimals', () => {
  it('add and subtract exactly where floating point does not', () => {
    expect(toText(add(d('0.1'), d('0.2')))).toBe('0.3');
    expect(toText(subtract(d('1'), d('0.9')))).toBe('0.1');
    expect(toText(subtract(d('0.05'), d('0.10')))).toBe('-0.05');
  });

  it('multiply prices of any size without loss', () => {
    expect(toText(multiply(d('97123.45678901'), d('1000000.00000001')))).toBe('97123456789.0109712345678901');
  });

  it('round half away from zero', () => {
    expect(toText(round(d('1.005'), 2))).toBe('1.01');
    expect(toText(round(d('-1.005'), 2))).toBe('-1.01');
    expect(toText(round(d('2'), 2))).toBe('2.00');
  });

  it('know multiples of a step', () => {
    expect(isMultiple(d('178.51'), d('0.01'))).toBe(true);
    expect(isMultiple(d('178.515'), d('0.01'))).toBe(false);
    expect(isMultiple(d('10'), d('100'))).toBe(false);
    expect(isMultiple(d('10'), d('0'))).toBe(false);
  });

  it('compare across scales', () => {
    expect(compare(d('1.50'), d('1.5'))).toBe(0);
    expect(compare(d('-2'), d('1'))).toBe(-1);
  });

  it('refuse what is no plain number', () => {
    for (const text of ['', 'abc', '1e5', 'NaN', 'Infinity', '1.', '.5', '1,000', '0x10', '--1', '9'.repeat(40)]) {
      expect(parse(text), text).toBeNull();
    }
  });

  it('read JSON numbers of the wire, small ones too', () => {
    expect(toText(fromWire(1e-8)!)).toBe('0.00000001000000000000');
    expect(fromWire(null)).toBeNull();
    expect(fromWire(Number.NaN)).toBeNull();
  });
});
