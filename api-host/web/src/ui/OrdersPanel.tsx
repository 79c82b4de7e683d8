import { useState } from 'react';
import type { Order } from '../api/types';
import { clock, label, places, price, quantity } from '../lib/format';
import { closedOrders, openOrders } from '../state/orderStore';
import { useStore, useTerminal } from './hooks';

/** Open orders with their cancel buttons, and the history of those that are done. */
export function OrdersPanel({ onSelect }: { onSelect: (symbol: string) => void }) {
  const terminal = useTerminal();
  const orders = useStore(terminal.orders);
  const [tab, setTab] = useState<'open' | 'history'>('open');
  const open = openOrders(orders);
  const shown = tab === 'open' ? open : closedOrders(orders);
  return (
    <section className="panel orders" aria-label="Orders">
      <div className="panel-head">
        <div className="tabs" role="tablist" aria-label="Orders">
          <button type="button" role="tab" aria-selected={tab === 'open'} onClick={() => setTab('open')}>Open orders ({open.length})</button>
          <button type="button" role="tab" aria-selected={tab === 'history'} onClick={() => setTab('history')}>Order history</button>
        </div>
        {tab === 'open' && open.length > 1 && <button type="button" className="small" onClick={() => void terminal.cancelAll()}>Cancel all</button>}
      </div>
      <div className="scroll">
        <table className="grid">
          <thead>
            <tr>
              <th>Time</th><th>Symbol</th><th>Side</th><th>Type</th><th>TIF</th><th className="num">Filled / qty</th><th className="num">Limit</th>
              <th className="num">Stop</th><th className="num">Avg price</th><th>Status</th><th>Client id</th>{tab === 'open' && <th><span className="hidden">Cancel</span></th>}
            </tr>
          </thead>
          <tbody>
            {shown.map((order) => <OrderRow key={order.id} order={order} cancellable={tab === 'open'} onSelect={onSelect} />)}
          </tbody>
        </table>
        {shown.length === 0 && <p className="empty">{tab === 'open' ? 'No open orders.' : 'No orders yet.'}</p>}
      </div>
    </section>
  );
}

function OrderRow({ order, cancellable, onSelect }: { order: Order; cancellable: boolean; onSelect: (symbol: string) => void }) {
  const terminal = useTerminal();
  const [canceling, setCanceling] = useState(false);
  const digits = places(terminal.instrument(order.symbol)?.tick_size ?? '0.01');

  async function cancel() {
    setCanceling(true);
    await terminal.cancel(order);
    setCanceling(false);
  }

  return (
    <tr data-order={order.id}>
      <td className="muted" title={order.created_at}>{clock(order.created_at)}</td>
      <th scope="row"><button type="button" className="link" onClick={() => onSelect(order.symbol)}>{order.symbol}</button></th>
      <td className={order.side === 'buy' ? 'up' : 'down'}>{label(order.side)}</td>
      <td>{label(order.type)}{order.order_class !== undefined && order.order_class !== 'simple' && <span className="muted"> {order.order_class}</span>}</td>
      <td>{order.time_in_force.toUpperCase()}</td>
      <td className="num">{quantity(order.filled_qty)} / {quantity(order.qty)}</td>
      <td className="num">{price(order.limit_price, digits)}</td>
      <td className="num">{price(order.stop_price, digits)}</td>
      <td className="num">{price(order.filled_avg_price, digits)}</td>
      <td data-field="status">{label(order.status)}{order.reject_code !== null && <span className="muted"> ({order.reject_code})</span>}</td>
      <td className="client-id muted" title={order.client_order_id}>{order.client_order_id}</td>
      {cancellable && (
        <td>
          <button type="button" className="small" disabled={canceling} onClick={() => void cancel()}
            aria-label={`Cancel ${order.side} ${quantity(order.qty)} ${order.symbol}`}>{canceling ? 'Canceling…' : 'Cancel'}</button>
        </td>
      )}
    </tr>
  );
}
