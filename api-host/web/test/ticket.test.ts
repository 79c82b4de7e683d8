import { describe, expect, it } from 'vitest';
import { toText } from '../src/lib/decimal';
import { newClientOrderId } from '../src/lib/ids';
import { blank, estimate, fault, tifsFor, toOrder, withClass, withType } from '../src/state/ticket';
import { instrument } from './samples';

describe('the order ticket', () => {
  it('says in words what is wrong', () => {
    expect(fault(blank, instrument)).toBe('Quantity is missing.');
    expect(fault({ ...blank, qty: 'ten' }, instrument)).toBe('Quantity is not a number.');
    expect(fault({ ...blank, qty: '0' }, instrument)).toBe('Quantity must be more than zero.');
    expect(fault({ ...blank, qty: '1.5' }, instrument)).toBe('Quantity must be a multiple of the lot size, 1.');
    expect(fault({ ...blank, type: 'limit', qty: '1', limitPrice: '1.005' }, instrument)).toBe('Limit price must be a multiple of the tick size, 0.01.');
    expect(fault({ ...blank, type: 'stop', qty: '1' }, instrument)).toBe('Stop price is missing.');
    expect(fault({ ...blank, qty: '1' }, instrument)).toBeNull();
  });

  it('sends only the fields that its type has', () => {
    const full = { ...blank, qty: ' 10 ', limitPrice: '1.00', stopPrice: '2.00', postOnly: true };
    expect(toOrder(full, 'AAPL', 'id')).toEqual({ symbol: 'AAPL', side: 'buy', type: 'market', time_in_force: 'day', qty: '10', client_order_id: 'id' });
    expect(toOrder({ ...full, type: 'limit' }, 'AAPL', 'id')).toMatchObject({ limit_price: '1.00', post_only: true });
    expect(toOrder({ ...full, type: 'stop_limit' }, 'AAPL', 'id')).not.toHaveProperty('post_only');
  });

  it('sends the legs of a group, an iceberg and a trail', () => {
    const bracket = { ...blank, type: 'limit' as const, qty: '10', limitPrice: '100', orderClass: 'bracket' as const, takeProfit: '110', stopLoss: '95', displayQty: '2' };
    expect(fault(bracket, instrument)).toBeNull();
    expect(fault({ ...bracket, stopLoss: '' }, instrument)).toBe('Stop-loss is missing.');
    expect(fault({ ...bracket, orderClass: 'oto' }, instrument)).toBe('Give either a take-profit or a stop-loss.');
    expect(toOrder(bracket, 'AAPL', 'id')).toMatchObject({ order_class: 'bracket', take_profit: { limit_price: '110' }, stop_loss: { stop_price: '95' } });
    expect(toOrder(bracket, 'AAPL', 'id')).not.toHaveProperty('display_qty');
    expect(toOrder({ ...bracket, orderClass: 'oco', stopLossLimit: '94' }, 'AAPL', 'id')).toMatchObject({ order_class: 'oco', stop_loss: { stop_price: '95', limit_price: '94' } });
    expect(toOrder({ ...bracket, orderClass: 'oco' }, 'AAPL', 'id')).not.toHaveProperty('take_profit');
    expect(toOrder({ ...bracket, orderClass: 'simple' }, 'AAPL', 'id')).toMatchObject({ display_qty: '2' });
    expect(toOrder({ ...blank, type: 'trailing_stop', qty: '1', trail: '2.5' }, 'AAPL', 'id')).toMatchObject({ trail_percent: '2.5' });
    expect(toOrder({ ...blank, type: 'trailing_stop', qty: '1', trail: '2', byPrice: true }, 'AAPL', 'id')).toMatchObject({ trail_price: '2' });
  });

  it('drops what another type has no use for', () => {
    const fok = { ...blank, type: 'limit' as const, tif: 'fok' as const };
    expect(withClass(fok, 'bracket').tif).toBe('day');
    expect(withType({ ...fok, orderClass: 'oco' }, 'market').orderClass).toBe('simple');
  });

  it('estimates at the price that the order would meet', () => {
    expect(toText(estimate({ ...blank, qty: '3' }, 10.1, 10.2)!)).toBe('30.6');
    expect(toText(estimate({ ...blank, qty: '3', side: 'sell' }, 10.1, 10.2)!)).toBe('30.3');
    expect(toText(estimate({ ...blank, qty: '3', type: 'limit', limitPrice: '9.99' }, 10.1, 10.2)!)).toBe('29.97');
    expect(estimate(blank, 1, 2)).toBeNull();
  });

  it('offers no immediate-or-cancel for a stop', () => {
    expect(tifsFor('stop')).not.toContain('ioc');
    expect(tifsFor('market')).toContain('ioc');
  });

  it('makes ids that differ and fit', () => {
    const ids = new Set(Array.from({ length: 1000 }, newClientOrderId));
    expect(ids.size).toBe(1000);
    expect([...ids].every((id) => id.length <= 48)).toBe(true);
  });
});
