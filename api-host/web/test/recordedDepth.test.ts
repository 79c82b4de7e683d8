import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DepthBook, type DepthUpdate, type Level } from '../src/market/depthBook';

/** A folder `shared/data/recordings` beside the checkout or above it. */
function recordings(): string | null {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, 'shared', 'data', 'recordings');
    if (existsSync(found)) {
      return found;
    }
  }
  return null;
}

const folder = recordings();
const lines = (file: string) => readFileSync(join(folder!, file), 'utf8').split('\n');
const rows = (side: [string, string][]): Level[] => side.map(([price, quantity]) => [Number(price), Number(quantity)]);

interface Recorded {
  snapshots: Map<string, DepthUpdate>;
  messages: ({ symbol: string } & ({ update: DepthUpdate } | { top: { seq: number; bid: Level; ask: Level } }))[];
}

/** What was recorded of Binance, in our own messages. */
function binance(): Recorded {
  const snapshots = new Map<string, DepthUpdate>();
  for (const line of lines('BINANCE.http.0.0')) {
    const found = /\/depth\?symbol=(\w+)&.*? -> [\d.]+: (.*)$/.exec(line);
    if (found !== null) {
      const body = JSON.parse(found[2]!);
      snapshots.set(found[1]!, { symbol: found[1]!, seq: body.lastUpdateId, snapshot: true, bids: rows(body.bids), asks: rows(body.asks) });
    }
  }
  const messages: Recorded['messages'] = [];
  for (const line of lines('BINANCE.ws.1.0').slice(1).filter((text) => text.includes('{'))) {
    const { stream, data } = JSON.parse(line.slice(line.indexOf('{')));
    if (stream.includes('@depth')) {
      messages.push({ symbol: data.s, update: { symbol: data.s, first_seq: data.U, last_seq: data.u, bids: rows(data.b), asks: rows(data.a) } });
    } else if (stream.endsWith('@bookTicker')) {
      const [bid, ask] = [rows([[data.b, data.B]])[0]!, rows([[data.a, data.A]])[0]!];
      messages.push({ symbol: data.s, top: { seq: data.u, bid, ask } });
    }
  }
  return { snapshots, messages };
}

/** Plays the recording; differences that `lost` names do not arrive. Counts how often a book at a ticker's number was compared with it. */
function play(lost: (index: number) => boolean) {
  const { snapshots, messages } = binance();
  const books = new Map([...snapshots.keys()].map((symbol) => [symbol, new DepthBook()]));
  const tops = new Map<string, { bid: Level; ask: Level }>();
  const counts = { applied: 0, old: 0, early: 0, gap: 0, wrong: 0, compared: 0 };
  messages.forEach((message) => 'top' in message && tops.set(`${message.symbol} ${message.top.seq}`, message.top));
  snapshots.forEach((snapshot, symbol) => books.get(symbol)!.apply(snapshot));
  messages.forEach((message, index) => {
    const book = books.get(message.symbol)!;
    if (!('update' in message) || lost(index)) {
      return;
    }
    counts[book.apply(message.update)]++;
    const top = book.seq === null ? undefined : tops.get(`${message.symbol} ${book.seq}`);
    if (top !== undefined) {
      expect([book.bids[0], book.asks[0]]).toEqual([top.bid, top.ask]);
      counts.compared++;
    }
  });
  return { counts, books };
}

describe.skipIf(folder === null)('the depth book on what was recorded of Binance', () => {
  it('leaves no gap, and equals the ticker at the same number', () => {
    const { counts, books } = play(() => false);
    expect(counts).toMatchObject({ gap: 0, early: 0, wrong: 0 });
    expect(counts.applied).toBeGreaterThan(100);
    expect(counts.compared).toBeGreaterThan(10);
    expect([...books.values()].every((book) => book.seq !== null)).toBe(true);
  });

  it('finds each lost difference, and shows nothing rather than a wrong book', () => {
    const { counts } = play((index) => index % 29 === 28);
    expect(counts.gap).toBeGreaterThan(0);
    expect(counts.early).toBeGreaterThan(0);
  });
});
