import { describe, expect, it } from 'vitest';
import { closedOrders, merge, openOrders } from '../src/state/orderStore';
import { order } from './samples';

describe('the orders', () => {
  it('keep the later state of an order, in whatever order states arrive', () => {
    const filled = order({ seq: 3, status: 'filled' });
    const late = merge(merge(new Map(), [filled]), [order({ seq: 1 })]);
    expect(late.get('o1')).toBe(filled);
    expect(openOrders(late)).toEqual([]);
    expect(closedOrders(late)).toEqual([filled]);
  });

  it('stay the same map when nothing is new', () => {
    const orders = merge(new Map(), [order({ seq: 2 })]);
    expect(merge(orders, [order({ seq: 2 })])).toBe(orders);
  });

  it('count a waiting stop as open', () => {
    expect(openOrders(merge(new Map(), [order({ status: 'held' })]))).toHaveLength(1);
  });

  it('show the newest first', () => {
    const orders = merge(new Map(), [order({ id: 'old', created_at: '2024-05-01T11:00:00Z' }), order({ id: 'new' })]);
    expect(openOrders(orders).map((one) => one.id)).toEqual(['new', 'old']);
  });

  it('keep only so many that are done, and every open one', () => {
    const done = Array.from({ length: 600 }, (_, i) => order({ id: `d${i}`, seq: i, status: 'filled', created_at: new Date(i * 1000).toISOString() }));
    const orders = merge(new Map(), [order({ id: 'open', created_at: '1970-01-01T00:00:00Z' }), ...done]);
    expect(closedOrders(orders)).toHaveLength(500);
    expect(orders.has('d599')).toBe(true);
    expect(orders.has('open')).toBe(true);
  });
});
