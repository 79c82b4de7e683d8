import type { Instrument, Order, Portfolio, Position, Quote } from '../src/api/types';

export const order = (change: Partial<Order> = {}): Order => ({
  id: 'o1', client_order_id: 'c1', symbol: 'AAPL', side: 'buy', type: 'limit', time_in_force: 'gtc', qty: '10', filled_qty: '0', filled_avg_price: null,
  limit_price: '178.50', stop_price: null, status: 'new', reject_code: null, created_at: '2024-05-01T12:00:00Z', updated_at: '2024-05-01T12:00:00Z', seq: 1, ...change,
});

export const quote = (change: Partial<Quote> = {}): Quote => ({
  symbol: 'AAPL', price: 178.5, change: 0, change_pct: 0, bid: 178.49, bid_size: 100, ask: 178.51, ask_size: 100, volume: 0, timestamp: 0, seq: 1, ...change,
});

export const position = (change: Partial<Position> = {}): Position => ({
  symbol: 'AAPL', qty: '10', avg_entry_price: '100', current_price: '110', market_value: '1100', unrealized_pl: '100', unrealized_plpc: '0.1', realized_pl: '0', ...change,
});

export const portfolio = (change: Partial<Portfolio> = {}): Portfolio => ({
  cash: '99000', buying_power: '99000', equity: '100100', held: '0', unrealized_pl: '100', realized_pl: '0', day_pl: '100', currency: 'USD', positions: [position()], ...change,
});

export const instrument: Instrument = {
  symbol: 'AAPL', name: 'Apple', asset_class: 'stock', currency: 'USD', tick_size: '0.01', lot_size: '1', status: 'open',
};
