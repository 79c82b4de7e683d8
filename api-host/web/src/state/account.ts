import type { Portfolio, Position } from '../api/types';
import { add, type Decimal, fromWire, multiply, subtract, zero } from '../lib/decimal';

/** A position at the price of this moment. */
export interface Valued {
  position: Position;
  price: Decimal | null;
  value: Decimal | null;
  profit: Decimal | null;
  /** Profit as a percentage of what it cost. */
  profitPct: number | null;
}

export function value(position: Position, marked: number | null): Valued {
  const qty = fromWire(position.qty) ?? zero;
  const entry = fromWire(position.avg_entry_price) ?? zero;
  const price = fromWire(marked) ?? fromWire(position.current_price);
  if (price === null) {
    return { position, price, value: fromWire(position.market_value), profit: fromWire(position.unrealized_pl), profitPct: null };
  }
  const cost = multiply(qty, entry);
  const worth = multiply(qty, price);
  const profit = subtract(worth, cost);
  const base = Math.abs(asNumber(cost));
  return { position, price, value: worth, profit, profitPct: base === 0 ? null : (asNumber(profit) / base) * 100 };
}

/**
 * The account's figures moved on from the server's by what its positions have gained since. Positions in another
 * currency than the account's stay at the server's figure: the rate between them is the server's business.
 */
export function live(portfolio: Portfolio, markOf: (symbol: string) => number | null, currencyOf: (symbol: string) => string | undefined) {
  let gain = zero;
  for (const position of portfolio.positions) {
    const before = fromWire(position.market_value);
    const now = value(position, markOf(position.symbol)).value;
    if (before !== null && now !== null && currencyOf(position.symbol) === portfolio.currency) {
      gain = add(gain, subtract(now, before));
    }
  }
  const moved = (text: string): Decimal => add(fromWire(text) ?? zero, gain);
  return { equity: moved(portfolio.equity), unrealized: moved(portfolio.unrealized_pl), day: moved(portfolio.day_pl) };
}

/** Puts a position's new state into the portfolio; one of quantity zero leaves it. */
export function withPosition(portfolio: Portfolio, position: Position): Portfolio {
  const others = portfolio.positions.filter((other) => other.symbol !== position.symbol);
  const gone = (fromWire(position.qty) ?? zero).units === 0n;
  const positions = gone ? others : [...others, position].sort((a, b) => a.symbol.localeCompare(b.symbol));
  return { ...portfolio, positions };
}

/** For ratios on the screen only, never for money. */
const asNumber = (a: Decimal): number => Number(a.units) / 10 ** a.scale;
