import type { Instrument, NewOrder, OrderClass, OrderType, Side, TimeInForce } from '../api/types';
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
  /** A trailing stop's distance, in percent of the price or, with `byPrice`, in currency. */
  trail: string;
  byPrice: boolean;
  /** An iceberg shows so much; empty shows all. */
  displayQty: string;
  orderClass: OrderClass;
  takeProfit: string;
  stopLoss: string;
  stopLossLimit: string;
}

export const blank: Ticket = {
  side: 'buy', type: 'market', tif: 'day', qty: '', limitPrice: '', stopPrice: '', postOnly: false,
  trail: '', byPrice: false, displayQty: '', orderClass: 'simple', takeProfit: '', stopLoss: '', stopLossLimit: '',
};

export const hasLimit = (type: OrderType): boolean => type === 'limit' || type === 'stop_limit';
export const hasStop = (type: OrderType): boolean => type === 'stop' || type === 'stop_limit';
const mayRest = (tif: TimeInForce): boolean => tif === 'day' || tif === 'gtc';

/** The times in force that make sense for a type of order. */
export const tifsFor = (type: OrderType, orderClass: OrderClass = 'simple'): TimeInForce[] =>
  hasStop(type) || type === 'trailing_stop' || orderClass !== 'simple' ? ['day', 'gtc'] : ['day', 'gtc', 'ioc', 'fok'];

/** The groups that an order of a type may begin. */
export const classesFor = (type: OrderType): OrderClass[] =>
  type === 'limit' ? ['simple', 'bracket', 'oto', 'oco'] : type === 'market' ? ['simple', 'bracket', 'oto'] : ['simple'];

export const hasDisplay = (ticket: Ticket): boolean => hasLimit(ticket.type) && mayRest(ticket.tif) && ticket.orderClass === 'simple';
export const hasTakeProfit = (ticket: Ticket): boolean => ticket.orderClass === 'bracket' || ticket.orderClass === 'oto';
export const hasStopLoss = (ticket: Ticket): boolean => ticket.orderClass !== 'simple';

/** Another type, with what else of the ticket still fits it. */
export function withType(ticket: Ticket, type: OrderType): Ticket {
  const orderClass = classesFor(type).includes(ticket.orderClass) ? ticket.orderClass : 'simple';
  return withClass({ ...ticket, type }, orderClass);
}

export function withClass(ticket: Ticket, orderClass: OrderClass): Ticket {
  return { ...ticket, orderClass, tif: tifsFor(ticket.type, orderClass).includes(ticket.tif) ? ticket.tif : 'day' };
}

/** The first thing wrong with the ticket in words, or null when it can be sent. */
export function fault(ticket: Ticket, instrument: Instrument): string | null {
  const { lot_size: lot, tick_size: tick } = instrument;
  return (
    numberFault('Quantity', ticket.qty, lot, 'lot size') ??
    (hasLimit(ticket.type) ? numberFault('Limit price', ticket.limitPrice, tick, 'tick size') : null) ??
    (hasStop(ticket.type) ? numberFault('Stop price', ticket.stopPrice, tick, 'tick size') : null) ??
    (ticket.type === 'trailing_stop' ? numberFault('Trail', ticket.trail, ticket.byPrice ? tick : '0.0001', ticket.byPrice ? 'tick size' : 'smallest percentage') : null) ??
    (hasDisplay(ticket) && isGiven(ticket.displayQty) ? numberFault('Shown quantity', ticket.displayQty, lot, 'lot size') : null) ??
    legsFault(ticket, tick)
  );
}

function legsFault(ticket: Ticket, tick: string | number): string | null {
  const [profit, loss] = [hasTakeProfit(ticket) && isGiven(ticket.takeProfit), hasStopLoss(ticket) && isGiven(ticket.stopLoss)];
  if (ticket.orderClass === 'oto' && profit === loss) {
    return 'Give either a take-profit or a stop-loss.';
  }
  const needsProfit = ticket.orderClass === 'bracket' || profit;
  const needsLoss = ticket.orderClass === 'bracket' || ticket.orderClass === 'oco' || loss;
  return (
    (needsProfit ? numberFault('Take-profit', ticket.takeProfit, tick, 'tick size') : null) ??
    (needsLoss ? numberFault('Stop-loss', ticket.stopLoss, tick, 'tick size') : null) ??
    (needsLoss && isGiven(ticket.stopLossLimit) ? numberFault('Stop-loss limit', ticket.stopLossLimit, tick, 'tick size') : null)
  );
}

const isGiven = (text: string): boolean => text.trim() !== '';

export function toOrder(ticket: Ticket, symbol: string, clientOrderId: string): NewOrder {
  const profit = hasTakeProfit(ticket) && isGiven(ticket.takeProfit);
  const loss = hasStopLoss(ticket) && isGiven(ticket.stopLoss);
  return {
    symbol,
    side: ticket.side,
    type: ticket.type,
    time_in_force: ticket.tif,
    qty: ticket.qty.trim(),
    ...(hasLimit(ticket.type) ? { limit_price: ticket.limitPrice.trim() } : {}),
    ...(hasStop(ticket.type) ? { stop_price: ticket.stopPrice.trim() } : {}),
    ...(ticket.type === 'trailing_stop' ? { [ticket.byPrice ? 'trail_price' : 'trail_percent']: ticket.trail.trim() } : {}),
    ...(ticket.type === 'limit' && ticket.postOnly ? { post_only: true } : {}),
    ...(hasDisplay(ticket) && isGiven(ticket.displayQty) ? { display_qty: ticket.displayQty.trim() } : {}),
    ...(ticket.orderClass === 'simple' ? {} : { order_class: ticket.orderClass }),
    ...(profit ? { take_profit: { limit_price: ticket.takeProfit.trim() } } : {}),
    ...(loss
      ? { stop_loss: { stop_price: ticket.stopLoss.trim(), ...(isGiven(ticket.stopLossLimit) ? { limit_price: ticket.stopLossLimit.trim() } : {}) } }
      : {}),
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
