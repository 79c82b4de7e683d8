import { ApiError, problem } from './errors';
import { withRetry } from './retry';
import type { Session } from './session';
import type { Alert, Auction, Bar, Instrument, NewAlert, NewOrder, Order, Page, Portfolio, Quote, Trade, User, WatchList } from './types';

const answerWithinMs = 35_000;
/** Lists are read to their end, but never further than this many pages. */
const maxPages = 20;
/** The newest bars, a good deal more than a screen holds. */
const maxBars = 2000;
const tapeLength = 50;

/** The path form of a symbol: `EUR/USD` is written `EUR-USD`. */
export const symbolInPath = (symbol: string): string => encodeURIComponent(symbol.replaceAll('/', '-'));

/** The REST calls that the terminal makes. Each may be repeated without harm, so each is retried while its outcome is unknown. */
export class Rest {
  constructor(
    private readonly session: Session,
    private readonly send: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  me = (): Promise<User> => this.call('GET', '/auth/me');
  instruments = (): Promise<Instrument[]> => this.list('/market/instruments');
  quote = (symbol: string): Promise<Quote> => this.call('GET', `/market/quote/${symbolInPath(symbol)}`);
  auction = (symbol: string): Promise<Auction> => this.call('GET', `/market/auction/${symbolInPath(symbol)}`);
  portfolio = (): Promise<Portfolio> => this.call('GET', '/portfolio');
  openOrders = (): Promise<Order[]> => this.list('/orders?status=open&limit=500');

  alerts = (): Promise<Alert[]> => this.list('/alerts');
  removeAlert = (id: string): Promise<void> => this.call('DELETE', `/alerts/${encodeURIComponent(id)}`);
  watchlists = (): Promise<WatchList[]> => this.list('/watchlists');
  removeWatchlist = (id: string): Promise<void> => this.call('DELETE', `/watchlists/${encodeURIComponent(id)}`);
  watch = (id: string, symbol: string): Promise<WatchList> => this.call('POST', `/watchlists/${encodeURIComponent(id)}/items`, { symbol });
  unwatch = (id: string, symbol: string): Promise<void> => this.call('DELETE', `/watchlists/${encodeURIComponent(id)}/items/${symbolInPath(symbol)}`);

  /** Not retried: one whose outcome is unknown may stand already, and the list tells. */
  addAlert = (alert: NewAlert): Promise<Alert> => this.once('POST', '/alerts', alert);
  createWatchlist = (name: string): Promise<WatchList> => this.once('POST', '/watchlists', { name, symbols: [] });

  async trades(symbol: string): Promise<Trade[]> {
    return (await this.call<Page<Trade>>('GET', `/market/trades/${symbolInPath(symbol)}?limit=${tapeLength}`)).items;
  }

  chart(symbol: string, timeframe: string): Promise<Bar[]> {
    return this.call('GET', `/market/chart/${symbolInPath(symbol)}?timeframe=${timeframe}&limit=${maxBars}`);
  }

  /** The newest orders that are done, newest first. */
  async closedOrders(): Promise<Order[]> {
    return (await this.call<Page<Order>>('GET', '/orders?status=closed&direction=desc&limit=200')).items;
  }

  /** The server knows a repeated `client_order_id`, so that a retry never places a second order. */
  place = (order: NewOrder): Promise<Order> => this.call('POST', '/orders', order);

  async cancel(id: string): Promise<void> {
    await this.call('DELETE', `/orders/${encodeURIComponent(id)}`);
  }

  async cancelAll(): Promise<void> {
    await this.call('DELETE', '/orders');
  }

  protected async list<T>(path: string): Promise<T[]> {
    const all: T[] = [];
    let token: string | null = null;
    for (let page = 0; page < maxPages; page++) {
      const more: string = token === null ? '' : `${path.includes('?') ? '&' : '?'}page_token=${encodeURIComponent(token)}`;
      const answer: Page<T> | T[] = await this.call('GET', path + more);
      if (Array.isArray(answer)) {
        return answer;
      }
      all.push(...answer.items);
      token = answer.next_page_token;
      if (token === null || token === undefined || token === '') {
        break;
      }
    }
    return all;
  }

  protected call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return withRetry(() => this.once<T>(method, path, body));
  }

  private async once<T>(method: string, path: string, body: unknown): Promise<T> {
    let response = await this.fetch(method, path, body, await this.session.accessToken());
    if (response.status === 401) {
      response = await this.fetch(method, path, body, await this.session.renew());
    }
    if (!response.ok) {
      throw await problem(response);
    }
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  private async fetch(method: string, path: string, body: unknown, token: string): Promise<Response> {
    const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    try {
      return await this.send('/api/v1' + path, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(answerWithinMs),
      });
    } catch (error) {
      const late = error instanceof DOMException && error.name === 'TimeoutError';
      throw new ApiError(late ? 'timeout' : 'network_error', 0, null);
    }
  }
}
