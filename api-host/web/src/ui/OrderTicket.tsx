import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiError, describe } from '../api/errors';
import type { Instrument, NewOrder, OrderClass, OrderType, Side, TimeInForce } from '../api/types';
import { decimal, label, places, price, quantity } from '../lib/format';
import { newClientOrderId } from '../lib/ids';
import {
  classesFor, estimate, fault, hasDisplay, hasLimit, hasStop, hasStopLoss, hasTakeProfit, type Ticket, tifsFor, toOrder, withClass, withType,
} from '../state/ticket';
import { useQuote, useTerminal } from './hooks';

const types: OrderType[] = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'];
const classWords: Record<OrderClass, string> = { simple: 'Single', bracket: 'Bracket', oto: 'One triggers other', oco: 'One cancels other' };

interface Props {
  instrument: Instrument;
  ticket: Ticket;
  onChange: (ticket: Ticket) => void;
}

/**
 * Places orders. An order whose outcome is unknown keeps its `client_order_id`, so that sending it again can't make a second one;
 * anything changed in the ticket makes it a new order.
 */
export function OrderTicket({ instrument, ticket, onChange }: Props) {
  const terminal = useTerminal();
  const quote = useQuote(instrument.symbol);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const unresolved = useRef<NewOrder | null>(null);
  const digits = places(instrument.tick_size);

  useEffect(() => {
    setError(null);
    setDone(null);
  }, [instrument.symbol]);

  const set = (change: Partial<Ticket>) => {
    unresolved.current = null;
    setError(null);
    onChange({ ...ticket, ...change });
  };

  async function submit(event: FormEvent) {
    event.preventDefault();
    const wrong = fault(ticket, instrument);
    setError(wrong);
    setDone(null);
    if (wrong !== null) {
      return;
    }
    const again = unresolved.current?.symbol === instrument.symbol ? unresolved.current : null;
    const order = again ?? toOrder(ticket, instrument.symbol, newClientOrderId());
    setBusy(true);
    try {
      const placed = await terminal.place(order);
      unresolved.current = null;
      if (placed.status === 'rejected') {
        setError(describe(new ApiError(placed.reject_code ?? 'rejected', 422, 'The order was rejected.')));
      } else {
        setDone(`${label(placed.status)}: ${placed.side} ${quantity(placed.qty)} ${placed.symbol}`);
      }
    } catch (failure) {
      const unknown = failure instanceof ApiError && failure.unknownOutcome;
      unresolved.current = unknown ? order : null;
      setError(describe(failure) + (unknown ? ' Whether the order was taken is not known; sending it again is safe, it counts once.' : ''));
    } finally {
      setBusy(false);
    }
  }

  const cost = estimate(ticket, quote?.bid ?? null, quote?.ask ?? null);
  return (
    <section className="panel ticket" aria-label="Order ticket">
      <div className="panel-head"><h2>Order · {instrument.symbol}</h2></div>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <div className="sides" role="group" aria-label="Side">
          <SideButton side="buy" at={price(quote?.ask, digits)} ticket={ticket} set={set} />
          <SideButton side="sell" at={price(quote?.bid, digits)} ticket={ticket} set={set} />
        </div>
        <div className="switch wide" role="group" aria-label="Order type">
          {types.map((type) => (
            <button key={type} type="button" aria-pressed={type === ticket.type}
              onClick={() => set({ ...withType(ticket, type), ...startingPrice(type, ticket, quote?.bid, quote?.ask) })}>
              {type === 'trailing_stop' ? 'Trailing' : label(type)}
            </button>
          ))}
        </div>
        <NumberField name="Quantity" value={ticket.qty} set={(qty) => set({ qty })} />
        {hasStop(ticket.type) && <NumberField name="Stop price" value={ticket.stopPrice} set={(stopPrice) => set({ stopPrice })} />}
        {hasLimit(ticket.type) && <NumberField name="Limit price" value={ticket.limitPrice} set={(limitPrice) => set({ limitPrice })} />}
        {ticket.type === 'trailing_stop' && (
          <>
            <NumberField name={ticket.byPrice ? `Trail, ${instrument.currency}` : 'Trail, %'} value={ticket.trail} set={(trail) => set({ trail })} />
            <Check name="Trail by price" checked={ticket.byPrice} set={(byPrice) => set({ byPrice })} />
          </>
        )}
        {classesFor(ticket.type).length > 1 && (
          <label className="field row">
            <span>Group</span>
            <select value={ticket.orderClass} onChange={(event) => set(withClass(ticket, event.target.value as OrderClass))}>
              {classesFor(ticket.type).map((one) => <option key={one} value={one}>{classWords[one]}</option>)}
            </select>
          </label>
        )}
        {hasTakeProfit(ticket) && <NumberField name="Take-profit" value={ticket.takeProfit} set={(takeProfit) => set({ takeProfit })} />}
        {hasStopLoss(ticket) && (
          <>
            <NumberField name="Stop-loss" value={ticket.stopLoss} set={(stopLoss) => set({ stopLoss })} />
            <NumberField name="Stop-loss limit" hint="at market" value={ticket.stopLossLimit} set={(stopLossLimit) => set({ stopLossLimit })} />
          </>
        )}
        {hasDisplay(ticket) && <NumberField name="Show only" hint="all" value={ticket.displayQty} set={(displayQty) => set({ displayQty })} />}
        <label className="field row">
          <span>Time in force</span>
          <select value={ticket.tif} onChange={(event) => set({ tif: event.target.value as TimeInForce })}>
            {tifsFor(ticket.type, ticket.orderClass).map((tif) => <option key={tif} value={tif}>{tif.toUpperCase()}</option>)}
          </select>
        </label>
        {ticket.type === 'limit' && (
          <Check name="Post only" checked={ticket.postOnly} set={(postOnly) => set({ postOnly })} />
        )}
        <p className="estimate"><span className="muted">Value, about</span> {decimal(cost, 2)} {instrument.currency}</p>
        <button className={`primary ${ticket.side}`} type="submit" disabled={busy}>
          {busy ? 'Sending…' : `${label(ticket.side)} ${ticket.qty === '' ? '' : ticket.qty + ' '}${instrument.symbol}`}
        </button>
        <div aria-live="polite">
          {error !== null && <p className="fault" role="alert">{error}</p>}
          {done !== null && <p className="done">{done}</p>}
        </div>
      </form>
    </section>
  );
}

function SideButton({ side, at, ticket, set }: { side: Side; at: string; ticket: Ticket; set: (change: Partial<Ticket>) => void }) {
  return (
    <button type="button" className={side} aria-pressed={ticket.side === side} onClick={() => set({ side })}>
      {label(side)}<small>{at}</small>
    </button>
  );
}

function Check({ name, checked, set }: { name: string; checked: boolean; set: (checked: boolean) => void }) {
  return (
    <label className="field row check">
      <span>{name}</span>
      <input type="checkbox" checked={checked} onChange={(event) => set(event.target.checked)} />
    </label>
  );
}

function NumberField({ name, hint, value, set }: { name: string; hint?: string; value: string; set: (value: string) => void }) {
  return (
    <label className="field row">
      <span>{name}</span>
      <input className="num" inputMode="decimal" autoComplete="off" maxLength={32} placeholder={hint} value={value} onChange={(event) => set(event.target.value)} />
    </label>
  );
}

/** A limit starts at the price on the same side of the book, where it rests; the trader moves it from there. */
function startingPrice(type: OrderType, ticket: Ticket, bid: number | null | undefined, ask: number | null | undefined): Partial<Ticket> {
  const near = ticket.side === 'buy' ? bid : ask;
  return hasLimit(type) && ticket.limitPrice === '' && typeof near === 'number' ? { limitPrice: String(near) } : {};
}
