import type { Trade } from '../api/types';
import { Store } from '../lib/store';

const kept = 50;

/** The newest trades of one symbol, newest first: read once, then live; each once, by its number. */
export class Tape {
  readonly trades = new Store<readonly Trade[]>([]);
  private symbol: string | null = null;

  constructor(private readonly read: (symbol: string) => Promise<Trade[]>) {}

  show(symbol: string): void {
    if (symbol !== this.symbol) {
      this.symbol = symbol;
      this.trades.set([]);
      void this.load();
    }
  }

  /** Reads what may have been missed. */
  async load(): Promise<void> {
    const symbol = this.symbol;
    if (symbol === null) {
      return;
    }
    try {
      const read = await this.read(symbol);
      if (symbol === this.symbol) {
        this.add(read);
      }
    } catch {
      // The live ones are shown; the next connection reads again.
    }
  }

  arrived(trade: Trade): void {
    if (trade.symbol === this.symbol) {
      this.add([trade]);
    }
  }

  private add(more: readonly Trade[]): void {
    const bySeq = new Map([...this.trades.get(), ...more].map((trade) => [trade.seq, trade]));
    this.trades.set([...bySeq.values()].sort((a, b) => b.seq - a.seq).slice(0, kept));
  }
}
