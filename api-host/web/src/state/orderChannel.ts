import type { OrderUpdate } from '../api/types';

/** Where the numbered order channel stands. */
export interface Channel {
  readonly epoch: OrderUpdate['epoch'];
  readonly lastSeq: number;
  /** How often the updates after `lastSeq` were asked for without the next one coming. */
  readonly asks: number;
}

/** What to do with an update: use it, drop it, ask for all after `lastSeq` again, or load everything anew. */
export type Step = 'apply' | 'duplicate' | 'ask' | 'reload';

export const atStart = (lastSeq: number, epoch?: OrderUpdate['epoch']): Channel => ({ epoch, lastSeq, asks: 0 });

/** A channel that keeps a hole after this many asks is given up and read from the lists instead. */
const maxAsks = 3;

/** Order updates are numbered without holes, so that one that is missing shows at the next one. */
export function receive(channel: Channel, update: Pick<OrderUpdate, 'seq' | 'epoch'>): [Channel, Step] {
  const epoch = update.epoch ?? undefined;
  if (channel.epoch !== undefined && epoch !== undefined && epoch !== channel.epoch) {
    return [channel, 'reload'];
  }
  const known: Channel = epoch === undefined ? channel : { ...channel, epoch };
  if (update.seq <= known.lastSeq) {
    return [known, 'duplicate'];
  }
  if (update.seq === known.lastSeq + 1) {
    return [{ ...known, lastSeq: update.seq, asks: 0 }, 'apply'];
  }
  if (known.asks >= maxAsks) {
    return [known, 'reload'];
  }
  return [{ ...known, asks: known.asks + 1 }, 'ask'];
}
