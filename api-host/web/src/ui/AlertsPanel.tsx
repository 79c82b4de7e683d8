import { type FormEvent, useState } from 'react';
import type { Alert, Instrument } from '../api/types';
import { clock, places, price } from '../lib/format';
import { fromWire } from '../lib/decimal';
import { mark } from '../state/quoteBook';
import { useQuote, useStore, useTerminal } from './hooks';

/** Price alerts: a form for the chosen symbol, those that wait and those that have fired. */
export function AlertsPanel({ instrument, onSelect }: { instrument: Instrument; onSelect: (symbol: string) => void }) {
  const alerts = useStore(useTerminal().alerts.all);
  return (
    <>
      <AlertForm key={instrument.symbol} instrument={instrument} />
      <div className="scroll">
        <table className="grid">
          <thead>
            <tr><th>Symbol</th><th>When</th><th className="num">Price</th><th className="num">Now</th><th>Status</th><th><span className="hidden">Delete</span></th></tr>
          </thead>
          <tbody>{alerts.map((alert) => <AlertRow key={alert.id} alert={alert} onSelect={onSelect} />)}</tbody>
        </table>
        {alerts.length === 0 && <p className="empty">No alerts. One fires once, when the price reaches its mark.</p>}
      </div>
    </>
  );
}

function AlertForm({ instrument }: { instrument: Instrument }) {
  const terminal = useTerminal();
  const now = mark(useQuote(instrument.symbol));
  const [target, setTarget] = useState('');
  const [condition, setCondition] = useState<Alert['condition']>('above');
  const valid = fromWire(target.trim()) !== null && Number(target) > 0;

  async function add(event: FormEvent) {
    event.preventDefault();
    if (valid && (await terminal.alerts.add({ symbol: instrument.symbol, condition, target_price: target.trim() }))) {
      setTarget('');
    }
  }

  return (
    <form className="alert-form" aria-label="New alert" onSubmit={(event) => void add(event)}>
      <strong>{instrument.symbol}</strong>
      <select aria-label="Condition" value={condition} onChange={(event) => setCondition(event.target.value as Alert['condition'])}>
        <option value="above">rises to</option>
        <option value="below">falls to</option>
      </select>
      <input aria-label="Alert price" inputMode="decimal" className="num" placeholder={now === null ? 'Price' : price(now, places(instrument.tick_size))}
        value={target} onChange={(event) => setTarget(event.target.value)} />
      <button type="submit" disabled={!valid}>Add alert</button>
    </form>
  );
}

function AlertRow({ alert, onSelect }: { alert: Alert; onSelect: (symbol: string) => void }) {
  const terminal = useTerminal();
  const quote = useQuote(alert.symbol);
  const digits = places(terminal.instrument(alert.symbol)?.tick_size ?? '0.01');
  const fired = alert.status === 'triggered';
  return (
    <tr data-alert={alert.id} className={fired ? 'muted' : ''}>
      <th scope="row"><button type="button" className="link" onClick={() => onSelect(alert.symbol)}>{alert.symbol}</button></th>
      <td>{alert.condition === 'above' ? 'rises to' : 'falls to'}</td>
      <td className="num">{price(alert.target_price, digits)}</td>
      <td className="num">{price(mark(quote), digits)}</td>
      <td title={alert.triggered_at ?? ''}>{fired ? `Fired ${alert.triggered_at === null ? '' : clock(alert.triggered_at)} at ${price(alert.trigger_price, digits)}` : 'Waiting'}</td>
      <td><button type="button" className="small" onClick={() => void terminal.alerts.remove(alert.id)}
        aria-label={`Delete the alert ${alert.symbol} ${alert.condition} ${alert.target_price}`}>Delete</button></td>
    </tr>
  );
}
