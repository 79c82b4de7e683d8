import type { Bar } from '../api/types';

export const timeframes = ['1s', '1m', '5m', '1h', '1d'] as const;
export type Timeframe = (typeof timeframes)[number];

const lengthMs: Record<Timeframe, number> = { '1s': 1000, '1m': 60_000, '5m': 300_000, '1h': 3_600_000, '1d': 86_400_000 };

/** The start, in UTC ms, of the bar that holds the moment. */
export const barStart = (timestamp: number, timeframe: Timeframe): number =>
  Math.floor(timestamp / lengthMs[timeframe]) * lengthMs[timeframe];

/** The bar after a price at a moment and what traded since: the last one moved, a new one, or null when the price is older than the last bar. */
export function nextBar(last: Bar | null, price: number, timestamp: number, timeframe: Timeframe, traded = 0): Bar | null {
  const t = barStart(timestamp, timeframe);
  if (last === null || t > last.t) {
    return { t, o: price, h: price, l: price, c: price, v: traded };
  }
  if (t < last.t) {
    return null;
  }
  return { ...last, h: Math.max(last.h, price), l: Math.min(last.l, price), c: price, v: (last.v ?? 0) + traded };
}

/** Bars in time order, the later of two with the same start; what a chart demands. */
export function inOrder(bars: readonly Bar[]): Bar[] {
  const byStart = new Map(bars.map((bar) => [bar.t, bar]));
  return [...byStart.values()].sort((a, b) => a.t - b.t);
}
