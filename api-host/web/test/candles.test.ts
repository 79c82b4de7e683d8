import { describe, expect, it } from 'vitest';
import { barStart, inOrder, nextBar } from '../src/lib/candles';

const minute = 60_000;

describe('live candles', () => {
  it('start at the UTC boundary of their timeframe', () => {
    const noonAndABit = Date.UTC(2024, 4, 1, 12, 34, 56, 789);
    expect(barStart(noonAndABit, '1s')).toBe(Date.UTC(2024, 4, 1, 12, 34, 56));
    expect(barStart(noonAndABit, '5m')).toBe(Date.UTC(2024, 4, 1, 12, 30));
    expect(barStart(noonAndABit, '1d')).toBe(Date.UTC(2024, 4, 1));
  });

  it('move the last bar within its time', () => {
    const bar = { t: minute, o: 10, h: 11, l: 9, c: 10, v: 5 };
    expect(nextBar(bar, 12, minute + 59_999, '1m')).toEqual({ t: minute, o: 10, h: 12, l: 9, c: 12, v: 5 });
    expect(nextBar(bar, 8, minute, '1m', 3)).toEqual({ t: minute, o: 10, h: 11, l: 8, c: 8, v: 8 });
  });

  it('open a new bar at the first price of the next time', () => {
    expect(nextBar({ t: 0, o: 1, h: 1, l: 1, c: 1 }, 2, minute, '1m')).toEqual({ t: minute, o: 2, h: 2, l: 2, c: 2, v: 0 });
    expect(nextBar(null, 2, 5, '1m', 7)).toEqual({ t: 0, o: 2, h: 2, l: 2, c: 2, v: 7 });
  });

  it('leave out a price that is older than the last bar', () => {
    expect(nextBar({ t: minute, o: 1, h: 1, l: 1, c: 1 }, 2, minute - 1, '1m')).toBeNull();
  });

  it('are put in order, the later of two with one start', () => {
    const bar = (t: number, c: number) => ({ t, o: c, h: c, l: c, c });
    expect(inOrder([bar(2, 1), bar(1, 1), bar(2, 5)])).toEqual([bar(1, 1), bar(2, 5)]);
  });
});
