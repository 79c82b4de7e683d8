/** The wire's shapes (API.md). Decimals of orders, accounts and positions are strings; market data are numbers. */

export type Side = 'buy' | 'sell';
export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
export type TimeInForce = 'day' | 'gtc' | 'ioc' | 'fok' | 'gtd';
export type OrderStatus =
  | 'pending_new' | 'new' | 'partially_filled' | 'filled' | 'canceled' | 'expired' | 'rejected' | 'replaced' | 'held';

export interface Tokens {
  user_id: string;
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

export interface User {
  user_id: string;
  email: string;
  username: string;
  roles: string[];
}

export interface Instrument {
  symbol: string;
  name: string;
  asset_class: string;
  currency: string;
  tick_size: number | string;
  lot_size: number | string;
  status: string;
}

export interface Quote {
  symbol: string;
  price: number | null;
  change: number | null;
  change_pct: number | null;
  bid: number | null;
  bid_size: number | null;
  ask: number | null;
  ask_size: number | null;
  volume: number | null;
  timestamp: number;
  seq: number;
  /** The source has been silent for some seconds. */
  stale?: boolean;
}

/** A trade of a book; `side` is the aggressor's. */
export interface Trade {
  symbol: string;
  price: number;
  qty: number;
  side: Side;
  seq: number;
  timestamp: number;
}

export interface Bar {
  t: number;
  o: number;
  h: number;
  l: number;
  c: number;
  v?: number | null;
}

/** A bar as it stands; a later one with the same start replaces it. */
export interface BarUpdate extends Bar {
  symbol: string;
  timeframe: string;
  v: number;
}

export interface Alert {
  id: string;
  symbol: string;
  condition: 'above' | 'below';
  target_price: string;
  status: 'active' | 'triggered';
  created_at: string;
  triggered_at: string | null;
  trigger_price: string | null;
}

export type NewAlert = Pick<Alert, 'symbol' | 'condition' | 'target_price'>;

export interface WatchList {
  id: string;
  name: string;
  symbols: string[];
}

export interface Order {
  id: string;
  client_order_id: string;
  symbol: string;
  side: Side;
  type: OrderType;
  time_in_force: TimeInForce;
  qty: string;
  filled_qty: string;
  filled_avg_price: string | null;
  limit_price: string | null;
  stop_price: string | null;
  status: OrderStatus;
  reject_code: string | null;
  created_at: string;
  updated_at: string;
  seq: number;
  order_class?: OrderClass;
  legs?: Order[] | null;
}

export type OrderClass = 'simple' | 'bracket' | 'oco' | 'oto';

export interface NewOrder {
  symbol: string;
  side: Side;
  type: OrderType;
  time_in_force: TimeInForce;
  qty: string;
  limit_price?: string;
  stop_price?: string;
  post_only?: boolean;
  trail_price?: string;
  trail_percent?: string;
  display_qty?: string;
  order_class?: OrderClass;
  take_profit?: { limit_price: string };
  stop_loss?: { stop_price: string; limit_price?: string };
  client_order_id: string;
}

export interface Fill {
  trade_id: string;
  price: string;
  qty: string;
  liquidity: string;
  fee: string;
}

export interface OrderUpdate {
  seq: number;
  epoch?: number | string | null;
  event: string;
  order: Order;
  fill?: Fill | null;
}

export interface Position {
  symbol: string;
  qty: string;
  avg_entry_price: string;
  current_price: string | null;
  market_value: string | null;
  unrealized_pl: string | null;
  unrealized_plpc: string | null;
  realized_pl: string;
}

export interface Portfolio {
  cash: string;
  buying_power: string;
  equity: string;
  held: string;
  unrealized_pl: string;
  realized_pl: string;
  day_pl: string;
  currency: string;
  positions: Position[];
}

export interface Halt {
  scope: 'global' | 'account' | 'symbol';
  id: string | null;
  state: 'active' | 'reducing' | 'halted' | 'auction';
  reason: string | null;
}

/** Whether a symbol trades, and what its auction would give now. */
export interface Auction {
  symbol: string;
  state: 'open' | 'auction';
  reason: string | null;
  until: string | null;
  indicative_price: number | null;
  indicative_qty: number;
  imbalance: number;
}

export interface Page<T> {
  items: T[];
  next_page_token: string | null;
}
