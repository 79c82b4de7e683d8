import type { Instrument, NewOrder, OrderType, Side, TimeInForce } from '../api/types';
import { type Decimal, fromWire, isMultiple, multiply, parse, sign } from '../lib/decimal';

/** What stands in the order ticket. */
export interface Ticket {
  side: Side;
  type: OrderType;
  tif: TimeInForce;
  qty: string;
  limitPrice: string;
  stopPrice: string;
  postOnly: boolean;
}

export const blank: Ticket = { side: 'buy', type: 'market', tif: 'day', qty: '', limitPrice: '', stopPrice: '', postOnly: false };

export const hasLimit = (type: OrderType): boolean => type === 'limit' || type === 'stop_limit';
export const hasStop = (type: OrderType): boolean => type === 'stop' || type === 'stop_limit';

/** The times in force that make sense for a type of order. */
export const tifsFor = (type: OrderType): TimeInForce[] => (hasStop(type) ? ['day', 'gtc'] : ['day', 'gtc', 'ioc', 'fok']);

/** The first thing wrong with the ticket in words, or null when it can be sent. */
export function fault(ticket: Ticket, instrument: Instrument): string | null {
  return (
    numberFault('Quantity', ticket.qty, instrument.lot_size, 'lot size') ??
    (hasLimit(ticket.type) ? numberFault('Limit price', ticket.limitPrice, instrument.tick_size, 'tick size') : null) ??
    (hasStop(ticket.type) ? numberFault('Stop price', ticket.stopPrice, instrument.tick_size, 'tick size') : null)
  );
}

export function toOrder(ticket: Ticket, symbol: string, clientOrderId: string): NewOrder {
  return {
    symbol,
    side: ticket.side,
    type: ticket.type,
    time_in_force: ticket.tif,
    qty: ticket.qty.trim(),
    ...(hasLimit(ticket.type) ? { limit_price: ticket.limitPrice.trim() } : {}),
    ...(hasStop(ticket.type) ? { stop_price: ticket.stopPrice.trim() } : {}),
    ...(ticket.type === 'limit' && ticket.postOnly ? { post_only: true } : {}),
    client_order_id: clientOrderId,
  };
}

/** Quantity times the price that the order would trade at, about; null while either is missing. */
export function estimate(ticket: Ticket, bid: number | null, ask: number | null): Decimal | null {
  const qty = parse(ticket.qty);
  const at = hasLimit(ticket.type)
    ? parse(ticket.limitPrice)
    : hasStop(ticket.type)
      ? parse(ticket.stopPrice)
      : fromWire(ticket.side === 'buy' ? ask : bid);
  return qty === null || at === null ? null : multiply(qty, at);
}

function numberFault(name: string, text: string, step: string | number, stepName: string): string | null {
  if (text.trim() === '') {
    return `${name} is missing.`;
  }
  const number = parse(text);
  if (number === null) {
    return `${name} is not a number.`;
  }
  if (sign(number) <= 0) {
    return `${name} must be more than zero.`;
  }
  const unit = fromWire(step);
  return unit !== null && sign(unit) > 0 && !isMultiple(number, unit) ? `${name} must be a multiple of the ${stepName}, ${step}.` : null;
}
