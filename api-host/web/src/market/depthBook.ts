import { crc32 } from './crc32';

/** A price and what rests there; a quantity of 0 removes the price. */
export type Level = readonly [price: number, quantity: number];

export interface DepthSnapshot {
  symbol: string;
  seq: number;
  snapshot: true;
  bids: Level[];
  asks: Level[];
  checksum?: number;
}

export interface DepthDifference {
  symbol: string;
  first_seq: number;
  last_seq: number;
  bids: Level[];
  asks: Level[];
  checksum?: number;
}

export type DepthUpdate = DepthSnapshot | DepthDifference;

/**
 * What became of an update. `gap`: differences before it are missing; `wrong`: the book does not have the checksum that it should.
 * After both the book tells nothing until the next snapshot. `old`: the book had it already. `early`: there is no snapshot yet.
 */
export type Outcome = 'applied' | 'old' | 'early' | 'gap' | 'wrong';

/**
 * A book kept from a snapshot and numbered differences. A difference applies when its `first_seq` is not past the number after the book's; it is old
 * when its `last_seq` is not past the book's. A book that is not in step shows no levels: a wrong price is worse than none.
 */
export class DepthBook {
  private bidLevels: Level[] = [];
  private askLevels: Level[] = [];
  private at: number | null = null;

  /** The number of the newest change that is in; null while the book is not in step. */
  get seq(): number | null {
    return this.at;
  }

  /** Best first. */
  get bids(): readonly Level[] {
    return this.bidLevels;
  }

  /** Best first. */
  get asks(): readonly Level[] {
    return this.askLevels;
  }

  clear(): void {
    this.bidLevels = [];
    this.askLevels = [];
    this.at = null;
  }

  apply(update: DepthUpdate): Outcome {
    if ('snapshot' in update) {
      this.bidLevels = [...update.bids];
      this.askLevels = [...update.asks];
      this.at = update.seq;
    } else if (this.at === null) {
      return 'early';
    } else if (update.last_seq <= this.at) {
      return 'old';
    } else if (update.first_seq > this.at + 1) {
      this.clear();
      return 'gap';
    } else {
      update.bids.forEach((level) => put(this.bidLevels, level, -1));
      update.asks.forEach((level) => put(this.askLevels, level, 1));
      this.at = update.last_seq;
    }
    if (update.checksum !== undefined && update.checksum !== checksum(this.bidLevels, this.askLevels)) {
      this.clear();
      return 'wrong';
    }
    return 'applied';
  }
}

/** The CRC-32 of `price:qty|` of each bid, best first, then of each ask. */
export const checksum = (bids: readonly Level[], asks: readonly Level[]): number =>
  crc32([...bids, ...asks].map(([price, quantity]) => `${plain(price)}:${plain(quantity)}|`).join(''));

/** A number without exponent; exact for the 15 digits that a number holds. */
function plain(value: number): string {
  const text = String(value);
  const mark = text.indexOf('e');
  if (mark < 0) {
    return text;
  }
  const exponent = Number(text.slice(mark + 1));
  const digits = text.slice(0, mark).replace('.', '');
  const point = (text.indexOf('.') < 0 ? digits.length : text.indexOf('.')) + exponent;
  return point <= 0 ? `0.${'0'.repeat(-point)}${digits}` : digits.padEnd(point, '0');
}

/** Puts a level in its place; `direction` is 1 where prices rise. */
function put(levels: Level[], level: Level, direction: 1 | -1): void {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((levels[middle]![0] - level[0]) * direction < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const there = levels[low]?.[0] === level[0];
  if (level[1] === 0) {
    levels.splice(low, there ? 1 : 0);
  } else {
    levels.splice(low, there ? 1 : 0, level);
  }
}
