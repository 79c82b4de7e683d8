import { describe, expect, it } from 'vitest';
import type { Alert, WatchList } from '../src/api/types';
import { Alerts } from '../src/state/alerts';
import { WatchLists } from '../src/state/watchlists';
import { BarFeed } from '../src/market/barFeed';

const alert = (id: string, status: Alert['status'] = 'active'): Alert => ({
  id, symbol: 'AAPL', condition: 'above', target_price: '10', status, created_at: `2026-01-0${id}T00:00:00Z`, triggered_at: null, trigger_price: null,
});

describe('alerts', () => {
  it('that fire before the answer that they were made stay fired', async () => {
    const fired: string[] = [];
    const alerts: Alerts = new Alerts({
      list: async () => [], remove: async () => undefined, fired: (one) => fired.push(one.id), trouble: () => undefined,
      add: async () => {
        alerts.arrived(alert('1', 'triggered'));
        return alert('1');
      },
    });
    expect(await alerts.add({ symbol: 'AAPL', condition: 'above', target_price: '10' })).toBe(true);
    alerts.arrived(alert('2', 'triggered'));
    expect(alerts.all.get().map((one) => [one.id, one.status])).toEqual([['2', 'triggered'], ['1', 'triggered']]);
    expect(fired).toEqual(['1', '2']);
    await alerts.remove('2');
    expect(alerts.all.get().map((one) => one.id)).toEqual(['1']);
  });

  it('that the server refuses are told', async () => {
    const told: string[] = [];
    const refuse = () => Promise.reject(new Error('no'));
    const alerts = new Alerts({ list: refuse, add: refuse, remove: refuse, fired: () => undefined, trouble: (why) => told.push(why) });
    await alerts.load();
    expect(await alerts.add({ symbol: 'AAPL', condition: 'above', target_price: '10' })).toBe(false);
    await alerts.remove('1');
    expect(told).toEqual(['no', 'no']);
  });
});

describe('watch lists', () => {
  it('are made, filled, emptied and deleted, and the one that is gone is not shown', async () => {
    const server = new Map<string, WatchList>();
    const lists = new WatchLists({
      list: async () => [...server.values()],
      create: async (name) => ({ id: name, name, symbols: [] }),
      remove: async () => undefined,
      addSymbol: async (id, symbol) => ({ id, name: id, symbols: [symbol] }),
      removeSymbol: async () => undefined,
      trouble: (why) => expect.fail(why),
    });
    await lists.create('Mine');
    expect(lists.shown.get()).toBe('Mine');
    await lists.toggle('Mine', 'AAPL');
    expect(lists.all.get()[0]?.symbols).toEqual(['AAPL']);
    await lists.toggle('Mine', 'AAPL');
    expect(lists.all.get()[0]?.symbols).toEqual([]);
    await lists.remove('Mine');
    expect([lists.all.get(), lists.shown.get()]).toEqual([[], null]);
  });
});

describe('the bar feed', () => {
  it('gives bars of the series that is shown, and lets go of the one before', async () => {
    const calls: string[] = [];
    const feed = new BarFeed({
      subscribe: async (symbol, timeframe) => calls.push(`+${symbol} ${timeframe}`),
      unsubscribe: async (symbol, timeframe) => calls.push(`-${symbol} ${timeframe}`),
      untilDone: async (run) => void (await run()),
    });
    const bar = { t: 1, o: 1, h: 1, l: 1, c: 1, v: 1 };
    const taken: number[] = [];
    const stop = feed.show('AAPL', '1m', (one) => taken.push(one.t));
    feed.arrived({ symbol: 'AAPL', timeframe: '1m', ...bar });
    feed.arrived({ symbol: 'AAPL', timeframe: '1s', ...bar, t: 2 });
    feed.arrived({ symbol: 'MSFT', timeframe: '1m', ...bar, t: 3 });
    stop();
    feed.arrived({ symbol: 'AAPL', timeframe: '1m', ...bar, t: 4 });
    expect(taken).toEqual([1]);
    const again = feed.show('AAPL', '1m', () => undefined);
    feed.show('AAPL', '5m', () => undefined);
    again();
    expect(calls).toEqual(['+AAPL 1m', '-AAPL 1m', '+AAPL 1m', '+AAPL 5m', '-AAPL 1m']);
  });
});
