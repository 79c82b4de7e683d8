import { type FormEvent, useState } from 'react';
import { describe } from '../api/errors';
import type { Session } from '../api/session';

/** Sign in or sign up. */
export function SignIn({ session, onEnter }: { session: Session; onEnter: () => void }) {
  const [isNew, setIsNew] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '');
    setBusy(true);
    setError(null);
    try {
      if (isNew) {
        await session.enter('register', { email: text('email').trim(), username: text('username').trim(), password: text('password') });
      } else {
        const name = text('name').trim();
        await session.enter('login', { [name.includes('@') ? 'email' : 'username']: name, password: text('password') });
      }
      onEnter();
    } catch (failure) {
      setError(describe(failure));
      setBusy(false);
    }
  }

  return (
    <main className="gate">
      <form className="gate-card" onSubmit={(event) => void submit(event)} aria-label={isNew ? 'Sign up' : 'Sign in'}>
        <h1 className="brand">BOURSE</h1>
        <p className="muted">Live markets, orders that last. New accounts trade with 100,000 USD of paper money.</p>
        {isNew ? (
          <>
            <Field label="Email" name="email" type="email" autoComplete="email" />
            <Field label="Username" name="username" type="text" autoComplete="username" />
            <Field label="Password" name="password" type="password" autoComplete="new-password"
              hint="8 to 128 characters, with an upper-case and a lower-case letter, a digit and another character." />
          </>
        ) : (
          <>
            <Field label="Email or username" name="name" type="text" autoComplete="username" />
            <Field label="Password" name="password" type="password" autoComplete="current-password" />
          </>
        )}
        {error !== null && <p className="fault" role="alert">{error}</p>}
        <button className="primary" type="submit" disabled={busy}>{isNew ? 'Create account' : 'Sign in'}</button>
        <button className="link" type="button" onClick={() => { setIsNew(!isNew); setError(null); }}>
          {isNew ? 'I have an account: sign in' : 'New here? Sign up'}
        </button>
      </form>
    </main>
  );
}

interface FieldProps {
  label: string;
  name: string;
  type: string;
  autoComplete: string;
  hint?: string;
}

function Field({ label, name, type, autoComplete, hint }: FieldProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <input name={name} type={type} autoComplete={autoComplete} required maxLength={256} key={name + autoComplete} />
      {hint !== undefined && <small className="muted">{hint}</small>}
    </label>
  );
}
