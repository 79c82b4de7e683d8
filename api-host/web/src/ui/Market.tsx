import { useState } from 'react';
import type { Instrument } from '../api/types';
import { type Timeframe, timeframes } from '../lib/candles';
import { fromWire } from '../lib/decimal';
import { clock, percent, places, price, quantity, signed } from '../lib/format';
import { mark } from '../state/quoteBook';
import { arrow, tone } from './Change';
import { Chart } from './Chart';
import { AuctionBar } from './AuctionBar';
import { useQuote, useStore, useTerminal } from './hooks';

/** The selected symbol: its quote in large and its chart. */
export function Market({ instrument }: { instrument: Instrument }) {
  const [timeframe, setTimeframe] = useState<Timeframe>('1m');
  const quote = useQuote(instrument.symbol);
  const digits = places(instrument.tick_size);
  const direction = quote?.direction ?? 0;
  const change = quote?.change ?? null;
  const halt = useStore(useTerminal().halts).find((one) => one.scope === 'symbol' && one.id === instrument.symbol);
  return (
    <section className="panel market" aria-label={instrument.symbol}>
      <div className="market-head">
        <div>
          <h2>{instrument.symbol}</h2>
          <span className="muted">{instrument.name} · {instrument.currency}</span>
        </div>
        <div className={`last ${tone(direction)}`} data-field="last">{price(mark(quote), digits)} <i aria-hidden="true">{arrow(direction)}</i></div>
        <div className={tone(change ?? 0)}>{signed(fromWire(change), digits)}<br />{percent(quote?.change_pct)}</div>
        <dl className="figures">
          <div><dt>Bid</dt><dd>{price(quote?.bid, digits)} <small className="muted">× {quantity(quote?.bid_size)}</small></dd></div>
          <div><dt>Ask</dt><dd>{price(quote?.ask, digits)} <small className="muted">× {quantity(quote?.ask_size)}</small></dd></div>
          <div><dt>Volume</dt><dd>{quantity(quote?.volume)}</dd></div>
          <div><dt>Quoted</dt><dd data-field="quoted">{quote === undefined ? '–' : clock(quote.timestamp)}{quote?.stale === true && <span className="status-mark"> stale</span>}</dd></div>
        </dl>
        <div className="switch" role="group" aria-label="Timeframe">
          {timeframes.map((one) => (
            <button key={one} type="button" aria-pressed={one === timeframe} onClick={() => setTimeframe(one)}>{one}</button>
          ))}
        </div>
      </div>
      {halt?.state === 'auction' && <AuctionBar symbol={instrument.symbol} digits={digits} />}
      <Chart instrument={instrument} timeframe={timeframe} />
    </section>
  );
}
