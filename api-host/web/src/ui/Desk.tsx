import { useState } from 'react';
import type { Position } from '../api/types';
import { fromWire, negate, sign, toText } from '../lib/decimal';
import { blank, type Ticket } from '../state/ticket';
import { Header } from './Header';
import { useStore, useTerminal } from './hooks';
import { Ladder } from './Ladder';
import { Market } from './Market';
import { OrdersPanel } from './OrdersPanel';
import { OrderTicket } from './OrderTicket';
import { PositionsPanel } from './PositionsPanel';
import { ToastList } from './ToastList';
import { Watchlist } from './Watchlist';

/** The whole page of someone who is signed in. */
export function Desk({ onSignOut }: { onSignOut: () => void }) {
  const terminal = useTerminal();
  const instruments = useStore(terminal.instruments);
  const trouble = useStore(terminal.trouble);
  const [wanted, setWanted] = useState<string | null>(null);
  const [ticket, setTicket] = useState<Ticket>(blank);
  const selected = instruments.find((one) => one.symbol === wanted) ?? instruments[0];

  function select(symbol: string) {
    if (symbol !== selected?.symbol) {
      setTicket((old) => ({ ...old, limitPrice: '', stopPrice: '', takeProfit: '', stopLoss: '', stopLossLimit: '' }));
    }
    setWanted(symbol);
  }

  function close(position: Position) {
    const qty = fromWire(position.qty);
    if (qty !== null) {
      const short = sign(qty) < 0;
      setWanted(position.symbol);
      setTicket({ ...blank, side: short ? 'buy' : 'sell', qty: toText(short ? negate(qty) : qty) });
    }
  }

  return (
    <div className="desk">
      <Header onSignOut={onSignOut} />
      <Watchlist selected={selected?.symbol ?? ''} onSelect={select} />
      {selected === undefined ? (
        <section className="panel market"><p className="empty" role="status">{trouble ?? 'Loading the markets…'}</p></section>
      ) : (
        <>
          <Market instrument={selected} />
          <Ladder instrument={selected} />
          <OrderTicket instrument={selected} ticket={ticket} onChange={setTicket} />
        </>
      )}
      <div className="books">
        <OrdersPanel onSelect={select} />
        <PositionsPanel instrument={selected} onSelect={select} onClose={close} />
      </div>
      <footer>
        <span>Times are local; the chart's are UTC.</span>
        <span>
          Charts: TradingView Lightweight Charts™, Copyright © 2025 TradingView, Inc.{' '}
          <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer noopener">https://www.tradingview.com/</a>
        </span>
      </footer>
      <ToastList />
    </div>
  );
}
