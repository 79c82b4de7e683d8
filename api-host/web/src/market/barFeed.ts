import type { Bar, BarUpdate } from '../api/types';
import type { Timeframe } from '../lib/candles';

/** What the feed needs of a connection. */
export interface BarSource {
  subscribe: (symbol: string, timeframe: Timeframe) => Promise<unknown>;
  unsubscribe: (symbol: string, timeframe: Timeframe) => Promise<unknown>;
  /** Runs until it succeeds or the page ends. */
  untilDone: (run: () => Promise<unknown>) => Promise<void>;
}

interface Shown {
  symbol: string;
  timeframe: Timeframe;
  take: (bar: Bar) => void;
}

/** The growing bars of one chart at a time. A bar that comes replaces the one of the same start. */
export class BarFeed {
  private shown: Shown | null = null;

  constructor(private readonly source: BarSource) {}

  /** Gives the bars of a series as they grow, until what it returns is called. A new connection begins with a new call. */
  show(symbol: string, timeframe: Timeframe, take: (bar: Bar) => void): () => void {
    const shown = { symbol, timeframe, take };
    this.shown = shown;
    void this.source.untilDone(() => (this.shown === shown ? this.source.subscribe(symbol, timeframe) : Promise.resolve()));
    return () => {
      if (this.shown === shown) {
        this.shown = null;
      }
      // Not when the same series is shown anew already; a connection that is gone watches nothing any more.
      if (this.shown?.symbol !== symbol || this.shown.timeframe !== timeframe) {
        this.source.unsubscribe(symbol, timeframe).catch(() => undefined);
      }
    };
  }

  arrived({ symbol, timeframe, t, o, h, l, c, v }: BarUpdate): void {
    if (this.shown?.symbol === symbol && this.shown.timeframe === timeframe) {
      this.shown.take({ t, o, h, l, c, v });
    }
  }
}
