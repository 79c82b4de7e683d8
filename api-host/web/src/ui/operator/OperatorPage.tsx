import { useEffect, useMemo, useState } from 'react';
import { describe } from '../../api/errors';
import { OperatorRest } from '../../api/operatorRest';
import type { Session } from '../../api/session';
import type { User } from '../../api/types';
import { AuditPanel } from './AuditPanel';
import { LimitsPanel } from './LimitsPanel';
import { SilosPanel } from './SilosPanel';
import { SwitchesPanel } from './SwitchesPanel';
import './operator.css';

/** Where the operator's page is. */
export const operatorPath = '/operator';

/** The cluster, the kill switches, limits and the audit log, for who has the role. The server decides; this only spares others an empty page. */
export function OperatorPage({ session }: { session: Session }) {
  const rest = useMemo(() => new OperatorRest(session), [session]);
  const [user, setUser] = useState<User | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);

  useEffect(() => {
    rest.me().then(setUser, (error: unknown) => setTrouble(describe(error)));
  }, [rest]);

  return (
    <div className="operator">
      <header className="top">
        <h1 className="brand">BOURSE</h1>
        <span>Operator</span>
        <div className="who">
          <a href="/">Terminal</a>
          <span className="user" title={user?.email}>{user?.username}</span>
          <button type="button" className="small" onClick={() => void session.leave()}>Sign out</button>
        </div>
      </header>
      {user === null || !user.roles.includes('operator') ? (
        <p className="empty" role="status">{trouble ?? (user === null ? 'Loading…' : 'This page is for operators.')}</p>
      ) : (
        <main>
          <SilosPanel rest={rest} />
          <SwitchesPanel rest={rest} />
          <LimitsPanel rest={rest} />
          <AuditPanel rest={rest} />
        </main>
      )}
    </div>
  );
}
