import { describe, expect, it } from 'vitest';
import { checksum, DepthBook, type DepthDifference, type Level } from '../src/market/depthBook';
import { DepthFeed } from '../src/market/depthFeed';

const difference = (first: number, last: number, bids: Level[], asks: Level[] = []): DepthDifference => ({
  symbol: 'AAPL', first_seq: first, last_seq: last, bids, asks,
});
const snapshot = (seq: number, bids: Level[], asks: Level[] = []) => ({ symbol: 'AAPL', seq, snapshot: true as const, bids, asks });

describe('the depth book', () => {
  it('has the checksum that the description gives as an example', () => {
    expect(checksum([[178.5, 100], [178.49, 0.00000001]], [[178.51, 25.5]])).toBe(0xb23b2a43);
  });

  it('puts levels in their places, changes them and takes them out', () => {
    const book = new DepthBook();
    book.apply(snapshot(5, [[10, 1], [8, 1]], [[11, 1]]));
    expect(book.apply(difference(6, 9, [[9, 2], [10, 0]], [[10.5, 3], [11, 4]]))).toBe('applied');
    expect(book.bids).toEqual([[9, 2], [8, 1]]);
    expect(book.asks).toEqual([[10.5, 3], [11, 4]]);
    expect(book.seq).toBe(9);
  });

  it('passes over what it has already, and takes a difference that begins before its snapshot', () => {
    const book = new DepthBook();
    expect(book.apply(difference(1, 4, [[1, 1]]))).toBe('early');
    book.apply(snapshot(5, [[10, 1]]));
    expect(book.apply(difference(3, 5, [[10, 9]]))).toBe('old');
    expect(book.apply(difference(4, 6, [[10, 2]]))).toBe('applied');
    expect(book.bids).toEqual([[10, 2]]);
  });

  it('shows nothing after a gap or a wrong checksum, until the next snapshot', () => {
    const book = new DepthBook();
    book.apply(snapshot(5, [[10, 1]]));
    expect(book.apply(difference(7, 8, [[10, 2]]))).toBe('gap');
    expect([book.seq, book.bids]).toEqual([null, []]);
    book.apply(snapshot(8, [[10, 2]]));
    expect(book.apply({ ...difference(9, 9, [[10, 3]]), checksum: 1 })).toBe('wrong');
    expect([book.seq, book.bids]).toEqual([null, []]);
    expect(book.apply(snapshot(9, [[10, 3]]))).toBe('applied');
  });
});

describe('the depth feed', () => {
  it('asks again after a gap, and is in step with the next snapshot', async () => {
    const asked: string[] = [];
    const feed = new DepthFeed({
      subscribe: async (symbol, levels) => void asked.push(`${symbol} ${levels}`),
      unsubscribe: async (symbol) => void asked.push(`no ${symbol}`),
      untilDone: async (run) => void (await run()),
    });
    feed.show('AAPL', 10);
    feed.arrived(snapshot(1, [[10, 1]]));
    feed.arrived(difference(3, 3, [[10, 2]]));
    expect(feed.view.get()).toMatchObject({ seq: null, bids: [], healed: 1 });
    await Promise.resolve();
    feed.arrived(snapshot(3, [[10, 2]]));
    feed.arrived(difference(4, 4, [[9, 1]]));
    expect(feed.view.get()).toMatchObject({ seq: 4, bids: [[10, 2], [9, 1]], healed: 1 });
    await new Promise((done) => setTimeout(done));
    expect(asked).toEqual(['AAPL 10', 'AAPL 10']);
    feed.show('MSFT', 10);
    feed.arrived(difference(5, 5, [[10, 7]]));
    expect(feed.view.get()).toMatchObject({ symbol: 'MSFT', seq: null, bids: [] });
    await new Promise((done) => setTimeout(done));
    expect(asked.slice(2).sort()).toEqual(['MSFT 10', 'no AAPL']);
  });
});
