import { useEffect } from 'react';
import type { Instrument } from '../api/types';
import { clock, places, price, quantity } from '../lib/format';
import type { Level } from '../market/depthBook';
import { useStore, useTerminal } from './hooks';

/** The selected symbol's book, best prices in the middle, and its newest trades. */
export function Ladder({ instrument }: { instrument: Instrument }) {
  const terminal = useTerminal();
  const depth = useStore(terminal.depth.view);
  const trades = useStore(terminal.tape.trades);
  const digits = places(instrument.tick_size);
  const { symbol } = instrument;
  useEffect(() => terminal.look(symbol), [terminal, symbol]);

  const book = depth?.symbol === symbol ? depth : null;
  const [bid, ask] = [book?.bids[0]?.[0], book?.asks[0]?.[0]];
  const spread = bid === undefined || ask === undefined ? null : Number((ask - bid).toFixed(8));
  return (
    <section className="panel ladder" aria-label="Order book" data-seq={book?.seq ?? ''} data-healed={depth?.healed ?? 0}>
      <div className="panel-head"><h2>Order book</h2><span className="muted">{symbol}</span></div>
      <Side name="asks" tone="down" levels={[...(book?.asks ?? [])].reverse()} digits={digits} />
      <p className="spread"><span>Spread</span><span>{price(spread, digits)}</span></p>
      <Side name="bids" tone="up" levels={book?.bids ?? []} digits={digits} />
      <div className="scroll tape">
        <table className="grid" aria-label="Trades">
          <tbody>
            {trades.map((trade) => (
              <tr key={trade.seq} data-trade={trade.seq}>
                <td className="muted">{clock(trade.timestamp)}</td>
                <td className={`num ${trade.side === 'buy' ? 'up' : 'down'}`}>{price(trade.price, digits)}</td>
                <td className="num">{quantity(trade.qty)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {trades.length === 0 && <p className="empty">No trades yet.</p>}
      </div>
    </section>
  );
}

function Side({ name, tone, levels, digits }: { name: string; tone: string; levels: readonly Level[]; digits: number }) {
  return (
    <table className="grid side" aria-label={name}>
      <tbody>
        {levels.map(([at, size]) => (
          <tr key={at}>
            <td className={tone}>{price(at, digits)}</td>
            <td className="num">{quantity(size)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
