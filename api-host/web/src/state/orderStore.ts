import type { Order, OrderStatus } from '../api/types';

/** Orders by id. Of two states of one order the one with the higher `seq` stands, however they arrive. */
export type Orders = ReadonlyMap<string, Order>;

const open: ReadonlySet<OrderStatus> = new Set<OrderStatus>(['pending_new', 'new', 'partially_filled', 'held']);
/** Orders that are done are kept up to this many, the newest. */
const maxClosed = 500;

export const isOpen = (order: Order): boolean => open.has(order.status);

export function merge(orders: Orders, incoming: readonly Order[]): Orders {
  let next: Map<string, Order> | null = null;
  for (const order of incoming) {
    const before = (next ?? orders).get(order.id);
    if (before === undefined || order.seq > before.seq || (order.seq === before.seq && !isOpen(order))) {
      next ??= new Map(orders);
      next.set(order.id, order);
    }
  }
  return next === null ? orders : trim(next);
}

export const openOrders = (orders: Orders): Order[] => [...orders.values()].filter(isOpen).sort(newestFirst);
export const closedOrders = (orders: Orders): Order[] => [...orders.values()].filter((order) => !isOpen(order)).sort(newestFirst);

function newestFirst(a: Order, b: Order): number {
  return b.created_at.localeCompare(a.created_at) || b.seq - a.seq;
}

function trim(orders: Map<string, Order>): Map<string, Order> {
  const closed = closedOrders(orders);
  for (const order of closed.slice(maxClosed)) {
    orders.delete(order.id);
  }
  return orders;
}
