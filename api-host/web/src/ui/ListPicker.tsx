import { type FormEvent, useState } from 'react';
import { useStore, useTerminal } from './hooks';

const fresh = '+';

/** Chooses which watch list is shown, makes one and deletes one. */
export function ListPicker() {
  const { watchlists } = useTerminal();
  const lists = useStore(watchlists.all);
  const shown = useStore(watchlists.shown);
  const [naming, setNaming] = useState<string | null>(null);

  function create(event: FormEvent) {
    event.preventDefault();
    const name = (naming ?? '').trim();
    setNaming(null);
    if (name !== '') {
      void watchlists.create(name);
    }
  }

  if (naming !== null) {
    return (
      <form className="picker" onSubmit={create}>
        <input autoFocus aria-label="Name of the new list" maxLength={64} placeholder="Name, then Enter" value={naming}
          onChange={(event) => setNaming(event.target.value)} onKeyDown={(event) => event.key === 'Escape' && setNaming(null)} />
        <button type="submit" className="small">Add</button>
      </form>
    );
  }
  return (
    <div className="picker">
      <select aria-label="Watch list" value={shown ?? ''}
        onChange={(event) => (event.target.value === fresh ? setNaming('') : watchlists.shown.set(event.target.value || null))}>
        <option value="">Markets</option>
        {lists.map((list) => <option key={list.id} value={list.id}>{list.name} ({list.symbols.length})</option>)}
        <option value={fresh}>New list…</option>
      </select>
      {shown !== null && <button type="button" className="small" aria-label="Delete this list" title="Delete this list" onClick={() => void watchlists.remove(shown)}>✕</button>}
    </div>
  );
}
