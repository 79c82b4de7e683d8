import { ApiError, describe } from '../api/errors';
import { Rest } from '../api/rest';
import type { Session } from '../api/session';
import type { Alert, Halt, Instrument, NewOrder, Order, OrderUpdate, Portfolio, Position, Quote, User } from '../api/types';
import { TradingHub, reconnectDelay } from '../hub/tradingHub';
import { fromWire } from '../lib/decimal';
import { places, price, quantity } from '../lib/format';
import { Store } from '../lib/store';
import { BarFeed } from '../market/barFeed';
import { DepthFeed } from '../market/depthFeed';
import { Tape } from '../market/tape';
import { withPosition } from './account';
import { Alerts } from './alerts';
import { OrderFeed } from './orderFeed';
import type { Orders } from './orderStore';
import { QuoteBook } from './quoteBook';
import { Toasts } from './toasts';
import { WatchLists } from './watchlists';

const depthLevels = 10;
const portfolioPauseMs = 250;
const portfolioEveryMs = 15_000;

/** Everything that one sign-in shows, kept in step with the server. */
export class Terminal {
  readonly quotes = new QuoteBook();
  readonly user = new Store<User | null>(null);
  readonly instruments = new Store<readonly Instrument[]>([]);
  readonly orders: Store<Orders>;
  readonly portfolio = new Store<Portfolio | null>(null);
  readonly halts = new Store<readonly Halt[]>([]);
  /** Why the start has not come through yet. */
  readonly trouble = new Store<string | null>(null);
  /** Counts the times that history may have been missed: charts load anew at each. */
  readonly generation = new Store(0);
  readonly toasts = new Toasts();
  readonly depth: DepthFeed;
  readonly tape: Tape;
  readonly bars: BarFeed;
  readonly alerts: Alerts;
  readonly watchlists: WatchLists;
  readonly rest: Rest;
  readonly hub: TradingHub;

  private readonly feed: OrderFeed;
  private stopped = false;
  private pendingQuotes: Quote[] = [];
  private portfolioTimer: ReturnType<typeof setTimeout> | null = null;
  private poll: ReturnType<typeof setInterval> | null = null;

  constructor(session: Session) {
    this.rest = new Rest(session);
    this.hub = new TradingHub(() => session.accessToken(), {
      connected: () => void this.connected(),
      quotes: (batch) => this.quotesArrived(batch),
      depth: (update) => this.depth.arrived(update),
      trade: (trade) => this.tape.arrived(trade),
      bar: (bar) => this.bars.arrived(bar),
      alert: (alert) => this.alerts.arrived(alert),
      order: (update) => this.feed.arrived(update),
      position: (position) => this.positionArrived(position),
      account: (account) => this.accountArrived(account),
      halt: (halt) => this.haltArrived(halt),
      resync: (channel) => this.resync(channel),
    });
    this.depth = new DepthFeed({
      subscribe: this.hub.subscribeDepth,
      unsubscribe: this.hub.unsubscribeDepth,
      untilDone: (run) => this.untilDone(run),
    });
    this.bars = new BarFeed({
      subscribe: this.hub.subscribeBars,
      unsubscribe: this.hub.unsubscribeBars,
      untilDone: (run) => this.untilDone(run),
    });
    const trouble = (why: string) => this.toasts.show('error', why);
    this.alerts = new Alerts({ list: this.rest.alerts, add: this.rest.addAlert, remove: this.rest.removeAlert, fired: (alert) => this.alertFired(alert), trouble });
    this.watchlists = new WatchLists({
      list: this.rest.watchlists, create: this.rest.createWatchlist, remove: this.rest.removeWatchlist, addSymbol: this.rest.watch, removeSymbol: this.rest.unwatch, trouble,
    });
    this.tape = new Tape((symbol) => this.rest.trades(symbol));
    this.feed = new OrderFeed({
      subscribe: this.hub.subscribeOrders,
      lists: async () => (await Promise.all([this.rest.closedOrders(), this.rest.openOrders()])).flat(),
      untilDone: (run) => this.untilDone(run),
      news: (update) => this.orderNews(update),
    });
    this.orders = this.feed.orders;
  }

  async start(): Promise<void> {
    for (let tries = 0; !this.stopped; tries++) {
      try {
        const [user, instruments] = await Promise.all([this.rest.me(), this.rest.instruments()]);
        if (instruments.length === 0) {
          throw new ApiError('starting', 503, 'The markets are about to open.'); // a server that has just begun
        }
        this.user.set(user);
        this.instruments.set(instruments);
        this.trouble.set(null);
        break;
      } catch (error) {
        this.trouble.set(describe(error));
        await new Promise((done) => setTimeout(done, reconnectDelay(tries, Math.random)));
      }
    }
    if (!this.stopped) {
      document.addEventListener('visibilitychange', this.visibilityChanged);
      this.poll = setInterval(() => document.visibilityState === 'visible' && this.refreshPortfolio(), portfolioEveryMs);
      await this.hub.start();
    }
  }

  stop(): void {
    this.stopped = true;
    document.removeEventListener('visibilitychange', this.visibilityChanged);
    clearInterval(this.poll ?? undefined);
    clearTimeout(this.portfolioTimer ?? undefined);
    void this.hub.stop();
  }

  /** Places an order, and shows its answer at once; its later states come over the channel. */
  async place(order: NewOrder): Promise<Order> {
    const placed = await this.rest.place(order);
    this.feed.add(placed);
    placed.legs?.forEach((leg) => this.feed.add(leg));
    this.refreshPortfolio();
    return placed;
  }

  async cancel(order: Order): Promise<void> {
    await this.reporting(() => this.rest.cancel(order.id));
  }

  async cancelAll(): Promise<void> {
    await this.reporting(() => this.rest.cancelAll());
  }

  /** Lets the depth and the trades of a symbol be shown. */
  look(symbol: string): void {
    this.depth.show(symbol, depthLevels);
    this.tape.show(symbol);
  }

  instrument = (symbol: string): Instrument | undefined => this.instruments.get().find((one) => one.symbol === symbol);

  private async reporting(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.toasts.show('error', describe(error));
    }
  }

  private async connected(): Promise<void> {
    this.quotes.restart();
    this.depth.restart();
    void this.tape.load();
    this.generation.update((count) => count + 1);
    this.refreshPortfolio();
    void this.watchlists.load();
    void this.alerts.load();
    await Promise.all([this.subscribeQuotes(), this.feed.sync(), this.untilDone(this.hub.subscribeAlerts)]);
  }

  private subscribeQuotes = (): Promise<void> =>
    this.untilDone(() => this.hub.subscribe(this.instruments.get().map((instrument) => instrument.symbol)));

  /** Runs until it succeeds, over new connections too; only the first failure of a connection that stands is shown. */
  private async untilDone(run: () => Promise<unknown>): Promise<void> {
    for (let tries = 0; !this.stopped; tries++) {
      try {
        await run();
        return;
      } catch (error) {
        if (this.hub.state.get() === 'live' && tries === 0) {
          this.toasts.show('error', describe(error));
        }
        await new Promise((done) => setTimeout(done, reconnectDelay(tries, Math.random)));
      }
    }
  }

  private orderNews({ event, order, fill }: OrderUpdate): void {
    this.refreshPortfolio();
    const digits = places(this.instrument(order.symbol)?.tick_size ?? '0.01');
    if (fill) {
      const verb = order.side === 'buy' ? 'Bought' : 'Sold';
      this.toasts.show('fill', `${verb} ${quantity(fill.qty)} ${order.symbol} at ${price(fill.price, digits)}`);
    } else if (event === 'rejected') {
      this.toasts.show('error', `Order for ${order.symbol} rejected (${order.reject_code ?? 'no reason given'})`);
    } else if (event === 'canceled' || event === 'expired') {
      this.toasts.show('info', `Order ${order.side} ${quantity(order.qty)} ${order.symbol} ${event}`);
    }
  }

  private alertFired({ symbol, condition, target_price, trigger_price }: Alert): void {
    const digits = places(this.instrument(symbol)?.tick_size ?? '0.01');
    this.toasts.show('alert', `${symbol} ${condition === 'above' ? 'has risen to' : 'has fallen to'} ${price(trigger_price ?? target_price, digits)}`);
  }

  private quotesArrived(batch: Quote[]): void {
    const idle = this.pendingQuotes.length === 0;
    const newest = new Map([...this.pendingQuotes, ...batch].map((quote) => [quote.symbol, quote]));
    this.pendingQuotes = [...newest.values()];
    if (idle) {
      // Drawn once a frame at most; a hidden page keeps one quote a symbol and draws nothing.
      requestAnimationFrame(() => {
        const quotes = this.pendingQuotes;
        this.pendingQuotes = [];
        this.quotes.apply(quotes);
      });
    }
  }

  private positionArrived(position: Position): void {
    this.portfolio.update((portfolio) => (portfolio === null ? null : withPosition(portfolio, position)));
  }

  private accountArrived(account: Partial<Portfolio>): void {
    this.portfolio.update((portfolio) => (portfolio === null ? null : { ...portfolio, ...account, positions: account.positions ?? portfolio.positions }));
  }

  private haltArrived(halt: Halt): void {
    const same = (other: Halt) => other.scope === halt.scope && other.id === halt.id;
    this.halts.update((halts) => [...halts.filter((other) => !same(other)), ...(halt.state === 'active' ? [] : [halt])]);
  }

  private resync(channel: string): void {
    if (channel.startsWith('order')) {
      void this.feed.reload();
    } else if (channel === 'trades') {
      void this.tape.load();
    } else {
      this.quotes.restart();
      void this.subscribeQuotes();
    }
  }

  private refreshPortfolio(): void {
    this.portfolioTimer ??= setTimeout(() => void this.loadPortfolio(), portfolioPauseMs);
  }

  private async loadPortfolio(): Promise<void> {
    try {
      const portfolio = await this.rest.portfolio();
      portfolio.positions = portfolio.positions.filter((position) => fromWire(position.qty)?.units !== 0n);
      this.portfolio.set(portfolio);
    } catch {
      // The figures stay as they are; the connection's state tells that they are old, and the next poll asks again.
    } finally {
      this.portfolioTimer = null;
    }
  }

  private readonly visibilityChanged = (): void => {
    if (document.visibilityState === 'visible') {
      this.generation.update((count) => count + 1);
      this.refreshPortfolio();
    }
  };
}
