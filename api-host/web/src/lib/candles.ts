import type { Bar } from '../api/types';

export const timeframes = ['1s', '1m', '5m', '1h', '1d'] as const;
export type Timeframe = (typeof timeframes)[number];

/** Bars in time order, the later of two with the same start; what a chart demands. */
export function inOrder(bars: readonly Bar[]): Bar[] {
  const byStart = new Map(bars.map((bar) => [bar.t, bar]));
  return [...byStart.values()].sort((a, b) => a.t - b.t);
}
