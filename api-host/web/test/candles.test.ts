import { describe, expect, it } from 'vitest';
import { inOrder } from '../src/lib/candles';

describe('candles', () => {
  it('are put in order, the later of two with one start', () => {
    const bar = (t: number, c: number) => ({ t, o: c, h: c, l: c, c });
    expect(inOrder([bar(2, 1), bar(1, 1), bar(2, 5)])).toEqual([bar(1, 1), bar(2, 5)]);
  });
});
