import { useState } from 'react';
import type { Instrument, Position } from '../api/types';
import { sign } from '../lib/decimal';
import { decimal, percent, places, price, quantity, signed } from '../lib/format';
import { value } from '../state/account';
import { mark } from '../state/quoteBook';
import { AlertsPanel } from './AlertsPanel';
import { tone } from './Change';
import { useQuote, useStore, useTerminal } from './hooks';

interface Props {
  onSelect: (symbol: string) => void;
  /** Fills the ticket with the order that would close the position. */
  onClose: (position: Position) => void;
}

/** What is held, and the price alerts. */
export function PositionsPanel({ instrument, ...props }: Props & { instrument: Instrument | undefined }) {
  const terminal = useTerminal();
  const portfolio = useStore(terminal.portfolio);
  const waiting = useStore(terminal.alerts.all).filter((alert) => alert.status === 'active').length;
  const [tab, setTab] = useState<'positions' | 'alerts'>('positions');
  return (
    <section className="panel positions" aria-label="Positions">
      <div className="panel-head">
        <div className="tabs" role="tablist" aria-label="Positions and alerts">
          <button type="button" role="tab" aria-selected={tab === 'positions'} onClick={() => setTab('positions')}>Positions ({portfolio?.positions.length ?? 0})</button>
          <button type="button" role="tab" aria-selected={tab === 'alerts'} onClick={() => setTab('alerts')}>Alerts ({waiting})</button>
        </div>
      </div>
      {tab === 'positions' ? <Positions {...props} /> : instrument !== undefined && <AlertsPanel instrument={instrument} onSelect={props.onSelect} />}
    </section>
  );
}

/** What is held, valued at the live price. */
function Positions({ onSelect, onClose }: Props) {
  const portfolio = useStore(useTerminal().portfolio);
  const positions = portfolio?.positions ?? [];
  return (
      <div className="scroll">
        <table className="grid">
          <thead>
            <tr>
              <th>Symbol</th><th className="num">Qty</th><th className="num">Avg price</th><th className="num">Price</th>
              <th className="num">Value</th><th className="num">Unrealised P/L</th><th className="num">%</th><th className="num">Realised</th><th><span className="hidden">Close</span></th>
            </tr>
          </thead>
          <tbody>
            {positions.map((position) => <PositionRow key={position.symbol} position={position} onSelect={onSelect} onClose={onClose} />)}
          </tbody>
        </table>
        {positions.length === 0 && <p className="empty">{portfolio === null ? 'Loading…' : 'No positions.'}</p>}
      </div>
  );
}

function PositionRow({ position, onSelect, onClose }: Props & { position: Position }) {
  const terminal = useTerminal();
  const quote = useQuote(position.symbol);
  const digits = places(terminal.instrument(position.symbol)?.tick_size ?? '0.01');
  const now = value(position, mark(quote));
  const direction = now.profit === null ? 0 : sign(now.profit);
  return (
    <tr data-symbol={position.symbol}>
      <th scope="row"><button type="button" className="link" onClick={() => onSelect(position.symbol)}>{position.symbol}</button></th>
      <td className="num" data-field="qty">{quantity(position.qty)}</td>
      <td className="num">{price(position.avg_entry_price, digits)}</td>
      <td className="num">{decimal(now.price, digits)}</td>
      <td className="num">{decimal(now.value, 2)}</td>
      <td className={`num ${tone(direction)}`} data-field="profit">{signed(now.profit, 2)}</td>
      <td className={`num ${tone(direction)}`}>{percent(now.profitPct)}</td>
      <td className="num">{price(position.realized_pl, 2)}</td>
      <td><button type="button" className="small" onClick={() => onClose(position)} aria-label={`Close ${position.symbol}`}>Close</button></td>
    </tr>
  );
}
