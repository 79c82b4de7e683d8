import type { OperatorRest } from '../../api/operatorRest';
import { usePolled } from './usePolled';

const everyMs = 3000;

/** The newest hundred entries of the audit log. */
export function AuditPanel({ rest }: { rest: OperatorRest }) {
  const audit = usePolled(rest.audit, everyMs);
  return (
    <section className="panel wide" aria-label="Audit log">
      <h2>Audit log</h2>
      {audit.trouble !== null && <p className="fault" role="alert">{audit.trouble}</p>}
      <table>
        <thead><tr><th className="num">Nr</th><th>Time</th><th>Event</th><th>By</th><th>Of</th><th>Reason</th><th>Details</th></tr></thead>
        <tbody>
          {(audit.value ?? []).map((entry) => (
            <tr key={entry.seq}>
              <td className="num">{entry.seq}</td>
              <td>{new Date(entry.time_ms).toLocaleString()}</td>
              <td>{entry.event}</td>
              <td>{entry.actor}</td>
              <td>{entry.target}</td>
              <td className="text">{entry.reason}</td>
              <td className="text muted">{entry.details}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
