import { type KeyboardEvent, memo, useState } from 'react';
import type { Instrument } from '../api/types';
import { percent, places, price, signed } from '../lib/format';
import { fromWire } from '../lib/decimal';
import { mark } from '../state/quoteBook';
import { arrow, tone } from './Change';
import { useQuote, useStore, useTerminal } from './hooks';
import { ListPicker } from './ListPicker';

interface Props {
  selected: string;
  onSelect: (symbol: string) => void;
}

/** Every instrument, or those of a watch list, with its live quote. Arrow keys move the selection. */
export function Watchlist({ selected, onSelect }: Props) {
  const { instruments: listed, watchlists } = useTerminal();
  const all = useStore(listed);
  const lists = useStore(watchlists.all);
  const chosen = useStore(watchlists.shown);
  const list = lists.find((one) => one.id === chosen);
  const [filter, setFilter] = useState('');
  const wanted = filter.trim().toLowerCase();
  // The filter looks through every market, also while a list is shown, so that there is something to put into it; as does a list with nothing in it yet.
  const instruments = list === undefined || list.symbols.length === 0 || wanted !== '' ? all : all.filter((one) => list.symbols.includes(one.symbol));
  const shown = instruments.filter((one) => one.symbol.toLowerCase().includes(wanted) || one.name.toLowerCase().includes(wanted));

  function move(event: KeyboardEvent<HTMLElement>) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) {
      return;
    }
    event.preventDefault();
    const at = shown.findIndex((one) => one.symbol === selected);
    const next = shown[Math.min(shown.length - 1, Math.max(0, at + step))];
    if (next !== undefined) {
      onSelect(next.symbol);
      document.querySelector<HTMLElement>(`tr[data-symbol="${CSS.escape(next.symbol)}"]`)?.focus();
    }
  }

  return (
    <section className="panel watchlist" aria-label="Watchlist">
      <div className="panel-head">
        <h2 className="hidden">Markets</h2>
        <ListPicker />
        <input className="filter" type="search" placeholder={list === undefined ? 'Filter' : 'Find and add'} aria-label="Filter markets" value={filter} onChange={(event) => setFilter(event.target.value)} />
      </div>
      <div className="scroll">
        <table className="grid">
          <thead>
            <tr><th>Symbol</th><th className="num">Bid</th><th className="num">Ask</th><th className="num">Last</th><th className="num">Change</th></tr>
          </thead>
          <tbody onKeyDown={move}>
            {shown.map((instrument) => (
              <Row key={instrument.symbol} instrument={instrument} selected={instrument.symbol === selected} onSelect={onSelect}
                list={list?.id ?? null} listed={list?.symbols.includes(instrument.symbol) ?? false} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p className="empty">Nothing found.</p>}
      </div>
    </section>
  );
}

interface RowProps {
  instrument: Instrument;
  selected: boolean;
  onSelect: (symbol: string) => void;
  /** The list that its star puts it into or takes it out of; null = no star. */
  list: string | null;
  listed: boolean;
}

const Row = memo(function Row({ instrument, selected, onSelect, list, listed }: RowProps) {
  const { watchlists } = useTerminal();
  const quote = useQuote(instrument.symbol);
  const digits = places(instrument.tick_size);
  const last = mark(quote);
  const change = quote?.change ?? null;
  return (
    <tr className={selected ? 'selected' : ''} data-symbol={instrument.symbol} tabIndex={selected ? 0 : -1} aria-selected={selected}
      onClick={() => onSelect(instrument.symbol)} title={instrument.name}>
      <th scope="row">
        {list !== null && (
          <button type="button" className="star" aria-pressed={listed} aria-label={`${instrument.symbol} in this list`}
            onClick={(event) => { event.stopPropagation(); void watchlists.toggle(list, instrument.symbol); }}>{listed ? '★' : '☆'}</button>
        )}
        {instrument.symbol}{instrument.status !== 'open' && <span className="status-mark"> {instrument.status}</span>}
      </th>
      <td className="num" data-field="bid">{price(quote?.bid, digits)}</td>
      <td className="num" data-field="ask">{price(quote?.ask, digits)}</td>
      <td className="num" data-field="last">
        <span key={last} className={`flash ${tone(quote?.direction ?? 0)}`}>{price(last, digits)}<i aria-hidden="true">{arrow(quote?.direction ?? 0)}</i></span>
      </td>
      <td className={`num ${tone(change ?? 0)}`} data-field="change" title={signed(fromWire(change), digits)}>{percent(quote?.change_pct)}</td>
    </tr>
  );
});
