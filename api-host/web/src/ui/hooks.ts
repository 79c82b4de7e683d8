import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import type { Store } from '../lib/store';
import type { Priced } from '../state/quoteBook';
import type { Terminal } from '../state/terminal';

export const TerminalContext = createContext<Terminal | null>(null);

export function useTerminal(): Terminal {
  const terminal = useContext(TerminalContext);
  if (terminal === null) {
    throw new Error('This part stands outside the terminal.');
  }
  return terminal;
}

export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get);

/** The symbol's newest quote; redraws when it changes. */
export function useQuote(symbol: string): Priced | undefined {
  const { quotes } = useTerminal();
  const subscribe = useCallback((listener: () => void) => quotes.subscribe(symbol, listener), [quotes, symbol]);
  return useSyncExternalStore(subscribe, () => quotes.get(symbol));
}
