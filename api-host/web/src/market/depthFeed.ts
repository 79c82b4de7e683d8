import { Store } from '../lib/store';
import { DepthBook, type DepthUpdate, type Level } from './depthBook';

/** What is shown of a book, replaced whole at each change. */
export interface DepthView {
  symbol: string;
  /** Null while the book is not in step. */
  seq: number | null;
  bids: readonly Level[];
  asks: readonly Level[];
  /** How often the book had to be asked for anew, because differences were missing or a checksum did not agree. */
  healed: number;
}

/** What the feed needs of a connection. */
export interface DepthSource {
  subscribe: (symbol: string, levels: number) => Promise<unknown>;
  unsubscribe: (symbol: string) => Promise<unknown>;
  /** Runs until it succeeds or the page ends. */
  untilDone: (run: () => Promise<unknown>) => Promise<void>;
}

/**
 * The depth of one symbol at a time, kept in step: after a gap or a wrong checksum it subscribes again, which brings a new snapshot.
 * Differences that come before that snapshot are passed over.
 */
export class DepthFeed {
  readonly view = new Store<DepthView | null>(null);
  private readonly book = new DepthBook();
  private symbol: string | null = null;
  private levels = 0;
  private healed = 0;
  private asking = false;
  private due = false;

  constructor(private readonly source: DepthSource) {}

  /** Shows a symbol; null for none. */
  show(symbol: string | null, levels: number): void {
    const before = this.symbol;
    if (before === symbol && this.levels === levels) {
      return;
    }
    this.symbol = symbol;
    this.levels = levels;
    this.restart();
    if (before !== null && before !== symbol) {
      // A connection that is gone watches nothing any more.
      this.source.unsubscribe(before).catch(() => undefined);
    }
  }

  /** Begins anew: after a new connection, or a `resync`. */
  restart(): void {
    this.book.clear();
    this.publish();
    void this.ask();
  }

  arrived(update: DepthUpdate): void {
    if (update.symbol !== this.symbol) {
      return;
    }
    const outcome = this.book.apply(update);
    if (outcome === 'gap' || outcome === 'wrong') {
      this.healed++;
      void this.ask();
    }
    if (outcome !== 'old' && outcome !== 'early') {
      this.publish();
    }
  }

  /** Asks for a snapshot; once more when that became due again while the answer was under way. */
  private async ask(): Promise<void> {
    this.due = true;
    if (this.asking) {
      return;
    }
    this.asking = true;
    while (this.due) {
      this.due = false; // even if nothing is run any more: the page may end meanwhile
      await this.source.untilDone(() => {
        this.due = false;
        return this.symbol === null ? Promise.resolve() : this.source.subscribe(this.symbol, this.levels);
      });
    }
    this.asking = false;
  }

  private publish(): void {
    const { symbol, healed } = this;
    this.view.set(symbol === null ? null : { symbol, healed, seq: this.book.seq, bids: [...this.book.bids], asks: [...this.book.asks] });
  }
}
