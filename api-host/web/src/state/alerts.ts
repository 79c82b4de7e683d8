import { describe } from '../api/errors';
import type { Alert, NewAlert } from '../api/types';
import { Store } from '../lib/store';

/** What the alerts need of the server and the page. */
export interface AlertSource {
  list: () => Promise<Alert[]>;
  add: (alert: NewAlert) => Promise<Alert>;
  remove: (id: string) => Promise<void>;
  /** Tells the user that one has fired. */
  fired: (alert: Alert) => void;
  trouble: (why: string) => void;
}

/** The user's price alerts, newest first. Each fires once; the server keeps what fired while nobody looked. */
export class Alerts {
  readonly all = new Store<readonly Alert[]>([]);

  constructor(private readonly source: AlertSource) {}

  async load(): Promise<void> {
    try {
      this.all.set(newestFirst(await this.source.list()));
    } catch {
      // They stay as they are; the next connection reads again.
    }
  }

  async add(alert: NewAlert): Promise<boolean> {
    try {
      this.put(await this.source.add(alert));
      return true;
    } catch (error) {
      this.source.trouble(describe(error));
      return false;
    }
  }

  async remove(id: string): Promise<void> {
    try {
      await this.source.remove(id);
      this.all.update((all) => all.filter((one) => one.id !== id));
    } catch (error) {
      this.source.trouble(describe(error));
    }
  }

  /** One has fired, now or while the user was away. */
  arrived(alert: Alert): void {
    this.put(alert);
    this.source.fired(alert);
  }

  private put(alert: Alert): void {
    this.all.update((all) => {
      // An alert may fire before the answer that it was made: what has fired stays so.
      const known = all.find((one) => one.id === alert.id);
      return newestFirst([known?.status === 'triggered' ? known : alert, ...all.filter((one) => one !== known)]);
    });
  }
}

const newestFirst = (alerts: readonly Alert[]): Alert[] => [...alerts].sort((a, b) => b.created_at.localeCompare(a.created_at));
