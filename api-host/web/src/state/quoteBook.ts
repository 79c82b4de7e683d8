import type { Quote } from '../api/types';

/** A quote and where its price went with its last change: 1 up, -1 down, 0 not yet known. */
export interface Priced extends Quote {
  direction: -1 | 0 | 1;
}

/**
 * The newest quote of each symbol. Older ones (by `seq`) are dropped; after a new connection numbers may start again,
 * so `restart` takes whatever comes next. Listeners are by symbol: a row redraws only for its own quote.
 */
export class QuoteBook {
  private readonly quotes = new Map<string, Priced>();
  private readonly listeners = new Map<string, Set<() => void>>();
  private fresh = new Set<string>();

  get = (symbol: string): Priced | undefined => this.quotes.get(symbol);

  all = (): IterableIterator<Priced> => this.quotes.values();

  apply(batch: readonly Quote[]): void {
    const changed = new Set<string>();
    for (const quote of batch) {
      const before = this.quotes.get(quote.symbol);
      if (before !== undefined && quote.seq <= before.seq && this.fresh.has(quote.symbol)) {
        continue;
      }
      this.fresh.add(quote.symbol);
      this.quotes.set(quote.symbol, { ...quote, direction: direction(before, quote) });
      changed.add(quote.symbol);
    }
    for (const symbol of changed) {
      this.listeners.get(symbol)?.forEach((listener) => listener());
    }
    if (changed.size > 0) {
      this.listeners.get('*')?.forEach((listener) => listener());
    }
  }

  restart(): void {
    this.fresh = new Set();
  }

  /** `*` listens to every symbol. */
  subscribe(symbol: string, listener: () => void): () => void {
    const set = this.listeners.get(symbol) ?? new Set();
    this.listeners.set(symbol, set);
    set.add(listener);
    return () => set.delete(listener);
  }
}

/** The price to value something at: the last trade, else the middle of the quote. */
export function mark(quote: Quote | undefined): number | null {
  if (quote === undefined) {
    return null;
  }
  return quote.price ?? (quote.bid !== null && quote.ask !== null ? (quote.bid + quote.ask) / 2 : null);
}

function direction(before: Priced | undefined, now: Quote): -1 | 0 | 1 {
  const was = mark(before);
  const is = mark(now);
  if (before === undefined || was === null || is === null) {
    return 0;
  }
  return is > was ? 1 : is < was ? -1 : before.direction;
}
