import { describe, expect, it } from 'vitest';
import { toText } from '../src/lib/decimal';
import { live, value, withPosition } from '../src/state/account';
import { portfolio, position } from './samples';

const usd = () => 'USD';

describe('the account at live prices', () => {
  it('values a long position', () => {
    const now = value(position(), 120);
    expect(toText(now.value!)).toBe('1200');
    expect(toText(now.profit!)).toBe('200');
    expect(now.profitPct).toBeCloseTo(20);
  });

  it('values a short position: it gains when the price falls', () => {
    const now = value(position({ qty: '-10' }), 90);
    expect(toText(now.profit!)).toBe('100');
    expect(now.profitPct).toBeCloseTo(10);
  });

  it('falls back to the price that the server knew', () => {
    expect(toText(value(position(), null).profit!)).toBe('100');
  });

  it('moves equity, profit and day by what positions gained since the server told', () => {
    const now = live(portfolio(), () => 115.25, usd);
    expect(toText(now.equity)).toBe('100152.50');
    expect(toText(now.unrealized)).toBe('152.50');
    expect(toText(now.day)).toBe('152.50');
  });

  it('leaves positions in another currency at the figure of the server', () => {
    expect(toText(live(portfolio(), () => 115, () => 'JPY').equity)).toBe('100100');
  });

  it('takes a position in, and drops one that is closed', () => {
    const both = withPosition(portfolio(), position({ symbol: 'AAA' }));
    expect(both.positions.map((one) => one.symbol)).toEqual(['AAA', 'AAPL']);
    expect(withPosition(both, position({ qty: '0' })).positions.map((one) => one.symbol)).toEqual(['AAA']);
  });
});
