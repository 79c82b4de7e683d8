import type { Order, OrderUpdate } from '../api/types';
import type { OrderChannelStart } from '../hub/tradingHub';
import { Store } from '../lib/store';
import { atStart, type Channel, receive } from './orderChannel';
import { merge, type Orders } from './orderStore';

/** Order updates that wait for the lists to load. */
const maxEarly = 1000;

/** Where orders come from. */
export interface OrderSource {
  /** Begins the channel: all updates after the number, or live ones only. */
  subscribe: (afterSeq: number | null) => Promise<OrderChannelStart>;
  /** The orders that are open, and the newest of those that are done. */
  lists: () => Promise<Order[]>;
  /** Runs again and again until it succeeds. */
  untilDone: (run: () => Promise<unknown>) => Promise<void>;
  /** Told of each update once, in order. */
  news: (update: OrderUpdate) => void;
}

/** The account's orders: read from the lists once, then kept by the numbered channel, over any number of connections. */
export class OrderFeed {
  readonly orders = new Store<Orders>(new Map());
  private channel: Channel | null = null;
  private early: OrderUpdate[] = [];
  private syncing = false;
  private syncWanted = false;

  constructor(private readonly source: OrderSource) {}

  /** Takes an order as an answer told it, ahead of the channel. */
  add(order: Order): void {
    this.orders.update((orders) => merge(orders, [order]));
  }

  /** Brings the orders up to date, once at a time; what asks for it meanwhile gets another round. For each new connection. */
  async sync(): Promise<void> {
    this.syncWanted = true;
    if (this.syncing) {
      return;
    }
    this.syncing = true;
    while (this.syncWanted) {
      this.syncWanted = false;
      await this.source.untilDone(() => (this.channel === null ? this.load() : this.resume(this.channel)));
    }
    this.syncing = false;
  }

  /** Starts from the lists again: the server no longer has what was missed, or numbers anew. */
  reload(): Promise<void> {
    this.channel = null;
    return this.sync();
  }

  arrived(update: OrderUpdate): void {
    if (this.channel === null) {
      this.early = [...this.early, update].slice(-maxEarly); // what does not fit leaves a hole, and a hole is asked for
      return;
    }
    if (this.syncing && update.seq > this.channel.lastSeq + 1) {
      return; // what is missing was asked for, and this one comes again after it
    }
    const [channel, step] = receive(this.channel, update);
    this.channel = channel;
    if (step === 'apply') {
      this.add(update.order);
      this.source.news(update);
    } else if (step === 'ask') {
      void this.sync();
    } else if (step === 'reload') {
      void this.reload();
    }
  }

  /** Listens first and reads the lists then, so that nothing falls between; an order's later state wins. */
  private async load(): Promise<void> {
    this.early = [];
    const start = await this.source.subscribe(null);
    const lists = await this.source.lists();
    this.orders.set(merge(new Map(), lists));
    this.channel = atStart(start.seq, start.epoch);
    const early = this.early;
    this.early = [];
    if (early.length === maxEarly) {
      this.syncWanted = true;
    }
    early.forEach((update) => this.arrived(update));
  }

  private async resume(channel: Channel): Promise<void> {
    const start = await this.source.subscribe(channel.lastSeq);
    if (channel.epoch !== undefined && start.epoch !== channel.epoch) {
      void this.reload();
    }
  }
}
