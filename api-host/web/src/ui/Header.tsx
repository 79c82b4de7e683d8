import { useEffect, useReducer } from 'react';
import { live } from '../state/account';
import { mark } from '../state/quoteBook';
import { decimal, money } from '../lib/format';
import type { ReactNode } from 'react';
import type { ConnectionState } from '../hub/tradingHub';
import { Profit } from './Change';
import { useStore, useTerminal } from './hooks';
import { operatorPath } from './operator/OperatorPage';

const stateWords: Record<ConnectionState, string> = {
  connecting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Reconnecting…',
  stopped: 'Offline',
};

/** The account's figures at the prices of this moment, who is signed in, and whether the connection stands. */
export function Header({ onSignOut }: { onSignOut: () => void }) {
  const terminal = useTerminal();
  const connection = useStore(terminal.hub.state);
  const portfolio = useStore(terminal.portfolio);
  const user = useStore(terminal.user);
  const halts = useStore(terminal.halts);
  useRedrawEvery(500);

  const now = portfolio === null ? null : live(portfolio, (symbol) => mark(terminal.quotes.get(symbol)), (symbol) => terminal.instrument(symbol)?.currency);
  return (
    <header className="top">
      <h1 className="brand">BOURSE</h1>
      <dl className="figures" aria-label="Account">
        <Figure name={`Equity ${portfolio?.currency ?? ''}`}>{decimal(now?.equity ?? null, 2)}</Figure>
        <Figure name="Cash">{money(portfolio?.cash)}</Figure>
        <Figure name="Buying power">{money(portfolio?.buying_power)}</Figure>
        <Figure name="Day P/L"><Profit value={now?.day ?? null} /></Figure>
        <Figure name="Unrealised P/L"><Profit value={now?.unrealized ?? null} /></Figure>
      </dl>
      {halts.map((halt) => (
        <span className="halt" role="alert" key={`${halt.scope} ${halt.id ?? ''}`}>
          {halt.scope === 'global' ? 'All trading' : halt.id} {halt.state}{halt.reason ? `: ${halt.reason}` : ''}
        </span>
      ))}
      <div className="who">
        <span className={`link-state ${connection}`} role="status" aria-label="Connection">{stateWords[connection]}</span>
        {user?.roles.includes('operator') && <a href={operatorPath}>Operator</a>}
        <span className="user" title={user?.email}>{user?.username}</span>
        <button type="button" className="small" onClick={onSignOut}>Sign out</button>
      </div>
    </header>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The figures move with every quote; twice a second is as fast as anyone reads. */
function useRedrawEvery(ms: number) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(redraw, ms);
    return () => clearInterval(timer);
  }, [ms]);
}
