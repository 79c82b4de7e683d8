import { useState, type FormEvent } from 'react';
import { describe } from '../../api/errors';
import type { OperatorRest } from '../../api/operatorRest';
import { usePolled } from './usePolled';

const everyMs = 1000;

/** What is halted or reducing, and the form that changes it. A reason is asked for. */
export function SwitchesPanel({ rest }: { rest: OperatorRest }) {
  const switches = usePolled(rest.switches, everyMs);
  const [scope, setScope] = useState('global');
  const [id, setId] = useState('');
  const [state, setState] = useState('halted');
  const [reason, setReason] = useState('');
  const [cancel, setCancel] = useState(false);
  const [fault, setFault] = useState<string | null>(null);

  async function send(event: FormEvent) {
    event.preventDefault();
    try {
      await rest.setSwitch({ scope, state, reason, cancel_orders: cancel, ...(scope === 'global' ? {} : { id }) });
      setFault(null);
      setReason('');
      switches.reload();
    } catch (error) {
      setFault(describe(error));
    }
  }

  return (
    <section className="panel" aria-label="Kill switches">
      <h2>Kill switches</h2>
      <form className="inline" onSubmit={(event) => void send(event)}>
        <select aria-label="Scope" value={scope} onChange={(e) => setScope(e.target.value)}>
          <option value="global">All trading</option>
          <option value="account">Account</option>
          <option value="symbol">Symbol</option>
        </select>
        {scope !== 'global' && <input aria-label="Account or symbol" required value={id} onChange={(e) => setId(e.target.value)} placeholder={scope} />}
        <select aria-label="State" value={state} onChange={(e) => setState(e.target.value)}>
          <option value="halted">halted</option>
          <option value="reducing">reducing</option>
          <option value="active">active</option>
        </select>
        <input className="reason" aria-label="Reason for the switch" required maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} placeholder="reason" />
        <label><input type="checkbox" checked={cancel} onChange={(e) => setCancel(e.target.checked)} /> cancel orders</label>
        <button type="submit">Set</button>
      </form>
      {(fault ?? switches.trouble) !== null && <p className="fault" role="alert">{fault ?? switches.trouble}</p>}
      <table>
        <thead><tr><th>Scope</th><th>Of</th><th>State</th><th>Since</th><th>Reason</th></tr></thead>
        <tbody>
          {(switches.value ?? []).map((one) => (
            <tr key={`${one.scope} ${one.id ?? ''}`}>
              <td>{one.scope}</td>
              <td>{one.id ?? 'all'}</td>
              <td className={one.state === 'active' ? 'up' : 'down'}>{one.state}{one.canceling ? ', cancelling' : ''}</td>
              <td>{new Date(one.since).toLocaleString()}</td>
              <td className="text">{one.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
