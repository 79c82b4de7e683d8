import { describe } from '../api/errors';
import type { WatchList } from '../api/types';
import { Store } from '../lib/store';

/** What the watch lists need of the server and the page. */
export interface WatchListSource {
  list: () => Promise<WatchList[]>;
  create: (name: string) => Promise<WatchList>;
  remove: (id: string) => Promise<void>;
  addSymbol: (id: string, symbol: string) => Promise<WatchList>;
  removeSymbol: (id: string, symbol: string) => Promise<void>;
  trouble: (why: string) => void;
}

/** The user's watch lists, and which of them is shown; null = every instrument. */
export class WatchLists {
  readonly all = new Store<readonly WatchList[]>([]);
  readonly shown = new Store<string | null>(null);

  constructor(private readonly source: WatchListSource) {}

  async load(): Promise<void> {
    try {
      this.replace(await this.source.list());
    } catch {
      // They stay as they are; the next connection reads again.
    }
  }

  create = (name: string): Promise<void> =>
    this.reporting(async () => {
      const made = await this.source.create(name);
      this.replace([...this.all.get().filter((list) => list.id !== made.id), made]);
      this.shown.set(made.id);
    });

  remove = (id: string): Promise<void> =>
    this.reporting(async () => {
      await this.source.remove(id);
      this.replace(this.all.get().filter((list) => list.id !== id));
    });

  /** Puts a symbol into a list, or takes it out when it is there. */
  toggle = (id: string, symbol: string): Promise<void> =>
    this.reporting(async () => {
      const list = this.all.get().find((one) => one.id === id);
      if (list === undefined) {
        return;
      }
      if (list.symbols.includes(symbol)) {
        await this.source.removeSymbol(id, symbol);
        this.put({ ...list, symbols: list.symbols.filter((one) => one !== symbol) });
      } else {
        this.put(await this.source.addSymbol(id, symbol));
      }
    });

  private put(list: WatchList): void {
    this.replace(this.all.get().map((one) => (one.id === list.id ? list : one)));
  }

  private replace(lists: readonly WatchList[]): void {
    this.all.set(lists);
    if (!lists.some((list) => list.id === this.shown.get())) {
      this.shown.set(null);
    }
  }

  private async reporting(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.source.trouble(describe(error));
    }
  }
}
