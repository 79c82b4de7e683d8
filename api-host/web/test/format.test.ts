import { describe, expect, it } from 'vitest';
import { parse } from '../src/lib/decimal';
import { decimal, label, money, none, percent, places, price, quantity, signed } from '../src/lib/format';

describe('what numbers look like', () => {
  it('groups thousands, keeps cents, and uses a real minus sign', () => {
    expect(money('1234567.8')).toBe('1,234,567.80');
    expect(money('-0.5')).toBe('−0.50');
    expect(money('999')).toBe('999.00');
    expect(money(null)).toBe(none);
  });

  it('never shows minus zero', () => {
    expect(decimal(parse('-0.001'), 2)).toBe('0.00');
  });

  it('shows the sign of a gain, and none at zero', () => {
    expect(signed(parse('12.345'), 2)).toBe('+12.35');
    expect(signed(parse('-3'), 2)).toBe('−3.00');
    expect(signed(parse('0.001'), 2)).toBe('0.00');
    expect(percent(-1.234)).toBe('−1.23%');
    expect(percent(Number.NaN)).toBe(none);
  });

  it('keeps all digits of an exact price that is finer than the tick', () => {
    expect(price('178.503333', 2)).toBe('178.503333');
    expect(price(178.5, 2)).toBe('178.50');
    expect(price(1.08765, 5)).toBe('1.08765');
  });

  it('shows quantities as they are', () => {
    expect(quantity('10')).toBe('10');
    expect(quantity('0.250000')).toBe('0.25');
    expect(quantity('1200')).toBe('1,200');
  });

  it('counts the places of a tick', () => {
    expect(places('0.01')).toBe(2);
    expect(places(0.00001)).toBe(5);
    expect(places('1')).toBe(0);
  });

  it('writes codes as words', () => {
    expect(label('partially_filled')).toBe('Partially filled');
  });
});
