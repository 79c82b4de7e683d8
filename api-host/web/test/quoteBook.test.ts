import { describe, expect, it } from 'vitest';
import { mark, QuoteBook } from '../src/state/quoteBook';
import { quote } from './samples';

describe('the quote book', () => {
  it('keeps the newest quote and drops an older one', () => {
    const book = new QuoteBook();
    book.apply([quote({ seq: 5, price: 10 }), quote({ seq: 4, price: 9 })]);
    expect(book.get('AAPL')?.price).toBe(10);
  });

  it('takes numbers that start again after a new connection', () => {
    const book = new QuoteBook();
    book.apply([quote({ seq: 500, price: 10 })]);
    book.restart();
    book.apply([quote({ seq: 1, price: 11 })]);
    expect(book.get('AAPL')?.price).toBe(11);
    book.apply([quote({ seq: 1, price: 12 })]);
    expect(book.get('AAPL')?.price).toBe(11);
  });

  it('tells where the price went, and remembers it while it stands', () => {
    const book = new QuoteBook();
    const directions = [10, 11, 11, 9].map((price, index) => {
      book.apply([quote({ seq: index + 1, price })]);
      return book.get('AAPL')?.direction;
    });
    expect(directions).toEqual([0, 1, 1, -1]);
  });

  it('tells only the listeners of the symbols that changed, once a batch', () => {
    const book = new QuoteBook();
    const heard: string[] = [];
    book.subscribe('AAPL', () => heard.push('AAPL'));
    const stop = book.subscribe('MSFT', () => heard.push('MSFT'));
    book.apply([quote({ seq: 1 }), quote({ seq: 2 })]);
    expect(heard).toEqual(['AAPL']);
    stop();
    book.apply([quote({ symbol: 'MSFT' })]);
    expect(heard).toEqual(['AAPL']);
  });

  it('marks a symbol without trades at the middle of its quote', () => {
    expect(mark(quote({ price: null, bid: 1, ask: 2 }))).toBe(1.5);
    expect(mark(quote({ price: null, bid: null }))).toBeNull();
    expect(mark(undefined)).toBeNull();
  });
});
