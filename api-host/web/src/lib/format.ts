import { type Decimal, fromWire, round, sign, toText } from './decimal';

export const none = '–';

/** `1234567.8` with two places: `1,234,567.80`. A minus is a real minus sign, as wide as the plus. */
export function decimal(value: Decimal | null, places: number): string {
  if (value === null) {
    return none;
  }
  const [whole = '', fraction] = toText(round(value, places)).replace('-', '').split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const negative = sign(round(value, places)) < 0;
  return (negative ? '−' : '') + grouped + (fraction === undefined ? '' : '.' + fraction);
}

export const money = (value: string | null | undefined): string => decimal(fromWire(value), 2);

/** With its sign always shown, so that gain and loss do not rest on colour alone. */
export function signed(value: Decimal | null, places: number): string {
  return value !== null && sign(round(value, places)) > 0 ? '+' + decimal(value, places) : decimal(value, places);
}

/** A market price, at least as many places as the tick size has. */
export function price(value: number | string | null | undefined, places: number): string {
  const exact = fromWire(value);
  return decimal(exact, Math.max(places, exact !== null && typeof value === 'string' ? Math.min(significant(exact), 8) : 0));
}

/** A quantity as it is, without zeros at its end. */
export function quantity(value: string | number | null | undefined): string {
  const exact = fromWire(value);
  return decimal(exact, exact === null ? 0 : significant(exact));
}

export function percent(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) {
    return none;
  }
  return signed(fromWire(Number(value.toFixed(2))), 2) + '%';
}

/** How many places a step such as a tick size has: `0.01` has 2. */
export function places(step: string | number): number {
  const exact = fromWire(step);
  return exact === null ? 2 : significant(exact);
}

export function clock(time: string | number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? none : date.toLocaleTimeString('en-GB', { hour12: false });
}

/** `canceled` is `Canceled`, `partially_filled` is `Partially filled`. */
export function label(code: string): string {
  const text = code.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function significant(value: Decimal): number {
  return (toText(value).split('.')[1] ?? '').replace(/0+$/, '').length;
}
