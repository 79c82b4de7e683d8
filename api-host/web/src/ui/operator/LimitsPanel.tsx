import { useState, type FormEvent } from 'react';
import { describe } from '../../api/errors';
import type { Limits, OperatorRest } from '../../api/operatorRest';

const fields = [
  'max_order_qty', 'max_notional', 'max_position', 'max_open_orders', 'max_gross_exposure', 'max_orders_per_second', 'daily_loss_limit', 'max_day_trades', 'user_class',
] as const;
const counts = new Set<string>(['max_open_orders', 'max_orders_per_second', 'max_day_trades']);
const needed = new Set<string>(['max_order_qty', 'max_notional', 'max_position', 'max_open_orders']);

/** The limits of one account. Only what was changed is sent; a limit that is emptied is taken away. */
export function LimitsPanel({ rest }: { rest: OperatorRest }) {
  const [account, setAccount] = useState('');
  const [limits, setLimits] = useState<Limits | null>(null);
  const [edits, setEdits] = useState<Record<string, string>>({});
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<string | null>(null);

  async function run(ask: () => Promise<Limits>) {
    try {
      setLimits(await ask());
      setEdits({});
      setReason('');
      setFault(null);
    } catch (error) {
      setFault(describe(error));
    }
  }

  function find(event: FormEvent) {
    event.preventDefault();
    void run(() => rest.limits(account.trim()));
  }

  function save(event: FormEvent) {
    event.preventDefault();
    if (limits === null) {
      return;
    }
    const changed = Object.entries(edits).filter(([, text]) => text.trim() !== '');
    void run(() => rest.setLimits({
      account_id: limits.account_id,
      reason,
      ...Object.fromEntries(changed.map(([name, text]) => [name, counts.has(name) ? Number(text) : text.trim()])),
      clear: Object.entries(edits).filter(([name, text]) => text.trim() === '' && !needed.has(name)).map(([name]) => name),
    }));
  }

  return (
    <section className="panel" aria-label="Limits">
      <h2>Limits of an account</h2>
      <form className="inline" onSubmit={find}>
        <input className="reason" aria-label="Account" required value={account} onChange={(e) => setAccount(e.target.value)} placeholder="account id" />
        <button type="submit">Show</button>
      </form>
      {fault !== null && <p className="fault" role="alert">{fault}</p>}
      {limits !== null && (
        <form className="limits" onSubmit={save}>
          {fields.map((name) => (
            <label className="field row" key={name}>
              <span>{name.replaceAll('_', ' ')}</span>
              <input value={edits[name] ?? String(limits[name] ?? '')} onChange={(e) => setEdits((old) => ({ ...old, [name]: e.target.value }))} placeholder="none" />
            </label>
          ))}
          <input aria-label="Reason for the limits" required maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} placeholder="reason" />
          <button type="submit" disabled={Object.keys(edits).length === 0}>Save (version {limits.version})</button>
        </form>
      )}
    </section>
  );
}
