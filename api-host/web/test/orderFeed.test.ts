import { describe, expect, it } from 'vitest';
import type { Order, OrderUpdate } from '../src/api/types';
import type { OrderChannelStart } from '../src/hub/tradingHub';
import { OrderFeed } from '../src/state/orderFeed';
import { order } from './samples';

/** A server with one account: lists, and a numbered log that a subscription repeats. */
class Server {
  readonly log: OrderUpdate[] = [];
  readonly orders = new Map<string, Order>();
  readonly asked: (number | null)[] = [];
  readonly heard: number[] = [];
  epoch = 1;
  failures = 0;
  beforeLists: () => void = () => {};
  readonly feed = new OrderFeed({
    subscribe: (after) => this.subscribe(after),
    lists: () => {
      this.beforeLists();
      return Promise.resolve([...this.orders.values()]);
    },
    untilDone: async (run) => {
      for (;;) {
        try {
          await run();
          return;
        } catch {
          await Promise.resolve();
        }
      }
    },
    news: (update) => this.heard.push(update.seq),
  });

  happen(id: string, status: Order['status'] = 'new'): OrderUpdate {
    const seq = this.log.length + 1;
    const update = { seq, epoch: this.epoch, event: status, order: order({ id, status, seq }) };
    this.log.push(update);
    this.orders.set(id, update.order);
    return update;
  }

  private subscribe(after: number | null): Promise<OrderChannelStart> {
    this.asked.push(after);
    if (this.failures-- > 0) {
      return Promise.reject(new Error('down'));
    }
    const missed = after === null ? [] : this.log.filter((update) => update.seq > after);
    setTimeout(() => missed.forEach((update) => this.feed.arrived(update)));
    return Promise.resolve({ seq: this.log.length, epoch: this.epoch });
  }
}

const settled = () => new Promise((done) => setTimeout(done, 5));
const statuses = (server: Server) => [...server.feed.orders.get().values()].map((one) => `${one.id} ${one.status}`).sort();

describe('the feed of orders', () => {
  it('reads the lists, then goes on live', async () => {
    const server = new Server();
    server.happen('a');
    await server.feed.sync();
    server.feed.arrived(server.happen('a', 'filled'));
    expect(statuses(server)).toEqual(['a filled']);
    expect(server.heard).toEqual([2]);
  });

  it('loses nothing that happens while the lists are read, and tells it once', async () => {
    const server = new Server();
    server.happen('a');
    server.beforeLists = () => server.feed.arrived(server.happen('a', 'filled'));
    await server.feed.sync();
    expect(statuses(server)).toEqual(['a filled']);
    expect(server.heard).toEqual([2]);
  });

  it('asks a new connection for what it missed, and sees nothing twice', async () => {
    const server = new Server();
    await server.feed.sync();
    server.feed.arrived(server.happen('a'));
    server.happen('a', 'canceled');
    server.happen('b');
    await server.feed.sync();
    await settled();
    expect(server.asked).toEqual([null, 1]);
    expect(statuses(server)).toEqual(['a canceled', 'b new']);
    expect(server.heard).toEqual([1, 2, 3]);
  });

  it('asks again when an update is missing in the middle', async () => {
    const server = new Server();
    await server.feed.sync();
    server.happen('a');
    server.feed.arrived(server.happen('b'));
    await settled();
    expect(server.heard).toEqual([1, 2]);
  });

  it('tries until the server answers', async () => {
    const server = new Server();
    server.happen('a');
    server.failures = 3;
    await server.feed.sync();
    expect(statuses(server)).toEqual(['a new']);
  });

  it('starts over when numbers belong to another journal', async () => {
    const server = new Server();
    server.happen('old');
    await server.feed.sync();
    server.log.length = 0;
    server.orders.clear();
    server.epoch = 2;
    server.happen('new');
    await server.feed.sync();
    await settled();
    expect(statuses(server)).toEqual(['new new']);
    server.feed.arrived(server.happen('new', 'filled'));
    expect(statuses(server)).toEqual(['new filled']);
  });

  it('starts over once, however often it is told while it does', async () => {
    const server = new Server();
    await server.feed.sync();
    server.happen('a');
    await Promise.all([server.feed.reload(), server.feed.reload(), server.feed.reload()]);
    await settled();
    expect(statuses(server)).toEqual(['a new']);
    expect(server.asked.length).toBeLessThanOrEqual(4);
  });
});
