import type { CreatePriceLineOptions } from 'lightweight-charts';
import type { Order, Position } from '../api/types';
import { label, quantity } from '../lib/format';
import { colours } from './colours';

/** The prices worth a line on a symbol's chart: what is held was bought at, and where orders wait. */
export function priceLines(position: Position | undefined, orders: readonly Order[]): CreatePriceLineOptions[] {
  const waiting = orders.flatMap((order) => {
    const at = order.limit_price ?? order.stop_price;
    return at === null ? [] : [line(Number(at), order.side === 'buy' ? colours.up : colours.down, `${label(order.side)} ${quantity(order.qty)}`)];
  });
  const held = position === undefined ? [] : [line(Number(position.avg_entry_price), colours.accent, `Held ${quantity(position.qty)}`)];
  return [...held, ...waiting];
}

function line(price: number, color: string, title: string): CreatePriceLineOptions {
  return { price, color, title, lineWidth: 1, lineStyle: 2, lineVisible: true, axisLabelVisible: true };
}
