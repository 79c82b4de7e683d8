import type { Decimal } from '../lib/decimal';
import { sign } from '../lib/decimal';
import { signed } from '../lib/format';

/** The colour class of a gain or a loss. Its sign or arrow tells the same without colour. */
export const tone = (direction: number): string => (direction > 0 ? 'up' : direction < 0 ? 'down' : 'flat');

export const arrow = (direction: number): string => (direction > 0 ? '▲' : direction < 0 ? '▼' : ' ');

/** A profit or loss with its sign and colour. */
export function Profit({ value, places = 2 }: { value: Decimal | null; places?: number }) {
  return <span className={tone(value === null ? 0 : sign(value))}>{signed(value, places)}</span>;
}
