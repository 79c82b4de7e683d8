import { useEffect, useState } from 'react';
import { Session } from '../api/session';
import { Terminal } from '../state/terminal';
import { Desk } from './Desk';
import { TerminalContext } from './hooks';
import { OperatorPage, operatorPath } from './operator/OperatorPage';
import { SignIn } from './SignIn';

const session = new Session();

/** The gate, or the desk behind it. A sign-in that ends, here or in another tab, drops everything that it showed. */
export function App() {
  const [signedIn, setSignedIn] = useState(session.signedIn);
  const [terminal, setTerminal] = useState<Terminal | null>(null);

  useEffect(() => {
    session.onEnd = () => setSignedIn(false);
    const changed = () => session.storageChanged();
    window.addEventListener('storage', changed);
    return () => window.removeEventListener('storage', changed);
  }, []);

  const isOperators = window.location.pathname === operatorPath;
  useEffect(() => {
    if (!signedIn || isOperators) {
      return;
    }
    const started = new Terminal(session);
    setTerminal(started);
    void started.start();
    return () => {
      started.stop();
      setTerminal(null);
    };
  }, [signedIn, isOperators]);

  if (!signedIn) {
    return <SignIn session={session} onEnter={() => setSignedIn(true)} />;
  }
  if (isOperators) {
    return <OperatorPage session={session} />;
  }
  return terminal === null ? null : (
    <TerminalContext.Provider value={terminal}>
      <Desk onSignOut={() => void session.leave()} />
    </TerminalContext.Provider>
  );
}
