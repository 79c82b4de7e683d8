import { useEffect, useState } from 'react';
import type { Auction } from '../api/types';
import { clock, price, quantity } from '../lib/format';
import { useTerminal } from './hooks';

const lookEveryMs = 1_000;

/** A halted symbol: why, until when, and what its auction would give now. */
export function AuctionBar({ symbol, digits }: { symbol: string; digits: number }) {
  const { rest } = useTerminal();
  const [auction, setAuction] = useState<Auction | null>(null);
  useEffect(() => {
    let gone = false;
    const look = async () => {
      try {
        const now = await rest.auction(symbol);
        if (!gone) {
          setAuction(now);
        }
      } catch {
        // What was seen last stays; the next look asks again.
      }
    };
    void look();
    const timer = setInterval(() => void look(), lookEveryMs);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [rest, symbol]);

  return auction?.state !== 'auction' ? null : (
    <p className="halt auction" role="status">
      Auction{auction.reason ? `: ${auction.reason}` : ''}. {auction.until === null ? 'Orders are collected.' : `Reopens at ${clock(auction.until)}.`}{' '}
      {auction.indicative_price === null
        ? 'Nothing would trade yet.'
        : `Indicative ${quantity(auction.indicative_qty)} at ${price(auction.indicative_price, digits)}, ${quantity(Math.abs(auction.imbalance))} ${auction.imbalance < 0 ? 'offered' : 'wanted'} beyond.`}
    </p>
  );
}
