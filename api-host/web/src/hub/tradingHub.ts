import { HttpTransportType, type HubConnection, HubConnectionBuilder, HubConnectionState, LogLevel } from '@microsoft/signalr';
import { ApiError, hubProblem } from '../api/errors';
import type { Alert, BarUpdate, Halt, OrderUpdate, Portfolio, Position, Quote, Trade } from '../api/types';
import type { Timeframe } from '../lib/candles';
import { Store } from '../lib/store';
import type { DepthUpdate } from '../market/depthBook';

export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'stopped';

/** What the server sends, and the news of a connection that stands. */
export interface HubEvents {
  connected: () => void;
  quotes: (batch: Quote[]) => void;
  depth: (update: DepthUpdate) => void;
  trade: (trade: Trade) => void;
  bar: (bar: BarUpdate) => void;
  alert: (alert: Alert) => void;
  order: (update: OrderUpdate) => void;
  position: (position: Position) => void;
  account: (account: Partial<Portfolio>) => void;
  halt: (halt: Halt) => void;
  resync: (channel: string) => void;
}

/** Where the order channel stands as it begins: its newest number, and the journal that numbers belong to. */
export interface OrderChannelStart {
  seq: number;
  epoch: OrderUpdate['epoch'];
}

const longestDelayMs = 10_000;
/** The server may ping rarely when nothing else is to be sent. */
const silenceMs = 60_000;

/** How long to wait before try number `tries + 1`: doubling, never long, and spread so that browsers do not come back all at once. */
export function reconnectDelay(tries: number, random: () => number): number {
  return Math.min(longestDelayMs, 250 * 2 ** Math.min(tries, 10)) * (0.5 + 0.5 * random());
}

/** The connection to `/hubs/trading`. It comes back by itself until it is stopped; after each return `connected` is told again. */
export class TradingHub {
  readonly state = new Store<ConnectionState>('connecting');
  private readonly connection: HubConnection;
  private stopped = false;

  constructor(
    accessToken: () => Promise<string>,
    private readonly events: HubEvents,
  ) {
    this.connection = new HubConnectionBuilder()
      .withUrl('/hubs/trading', { accessTokenFactory: accessToken, transport: HttpTransportType.WebSockets, skipNegotiation: true })
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: (context) => reconnectDelay(context.previousRetryCount, Math.random) })
      .configureLogging(LogLevel.None)
      .build();
    this.connection.serverTimeoutInMilliseconds = silenceMs;
    this.connection.on('price_update', events.quotes);
    this.connection.on('depth_update', events.depth);
    this.connection.on('trade', events.trade);
    this.connection.on('bar_update', events.bar);
    this.connection.on('alert', events.alert);
    this.connection.on('order_update', events.order);
    this.connection.on('position_update', events.position);
    this.connection.on('account_update', events.account);
    this.connection.on('halt', events.halt);
    this.connection.on('resync', (message: { channel: string }) => events.resync(message.channel));
    this.connection.onreconnecting(() => this.state.set('reconnecting'));
    this.connection.onreconnected(() => this.up());
    this.connection.onclose(() => void this.start());
  }

  /** Connects, trying again until it stands. */
  async start(): Promise<void> {
    for (let tries = 0; !this.stopped; tries++) {
      try {
        await this.connection.start();
        this.up();
        return;
      } catch {
        // The server is away or refuses for now; a sign-in that has ended stops this hub from outside.
        this.state.set(tries === 0 ? 'connecting' : 'reconnecting');
        await new Promise((done) => setTimeout(done, reconnectDelay(tries, Math.random)));
      }
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.state.set('stopped');
    await this.connection.stop();
  }

  subscribe = (symbols: string[]): Promise<unknown> => this.invoke('Subscribe', symbols);

  /** The symbol's depth, a snapshot first, and its trades. */
  subscribeDepth = (symbol: string, levels: number): Promise<unknown> => this.invoke('SubscribeDepth', symbol, levels);

  unsubscribeDepth = (symbol: string): Promise<unknown> => this.invoke('UnsubscribeDepth', symbol);

  /** The symbol's bars as they grow, the newest at once. */
  subscribeBars = (symbol: string, timeframe: Timeframe): Promise<unknown> => this.invoke('SubscribeBars', symbol, timeframe);

  unsubscribeBars = (symbol: string, timeframe: Timeframe): Promise<unknown> => this.invoke('UnsubscribeBars', symbol, timeframe);

  /** The user's alerts: those that fired unseen, then live ones. */
  subscribeAlerts = (): Promise<unknown> => this.invoke('SubscribeAlerts');

  /** All order updates after the number, then live ones; null: live ones only. */
  subscribeOrders = (afterSeq: number | null): Promise<OrderChannelStart> =>
    this.invoke('SubscribeOrders', afterSeq) as Promise<OrderChannelStart>;

  private up(): void {
    if (!this.stopped) {
      this.state.set('live');
      this.events.connected();
    }
  }

  private async invoke(method: string, ...args: unknown[]): Promise<unknown> {
    if (this.connection.state !== HubConnectionState.Connected) {
      throw new ApiError('network_error', 0, null);
    }
    try {
      return await this.connection.invoke(method, ...args);
    } catch (error) {
      throw hubProblem(error);
    }
  }
}
